/** Who owns whom, by uid: what the garbage collector knows without asking. */
import type { KubeObject, OwnerReference } from '#objects/index.ts';
import type { Asked } from '../kinds/kind.ts';

export interface Node {
  readonly asked: Asked;
  readonly uid: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly owners: readonly OwnerReference[];
}

export interface OwnerGraph {
  note(asked: Asked, object: KubeObject): Node;
  forget(uid: string): void;
  get(uid: string): Node | undefined;
  all(): readonly Node[];
  dependentsOf(uid: string): readonly Node[];
}

export function createOwnerGraph(): OwnerGraph {
  const nodes = new Map<string, Node>();
  const byOwner = new Map<string, Set<string>>();

  function unlink(uid: string): void {
    for (const owner of nodes.get(uid)?.owners ?? []) {
      const dependents = byOwner.get(owner.uid);
      dependents?.delete(uid);
      if (dependents?.size === 0) byOwner.delete(owner.uid);
    }
  }

  return {
    note(asked, { metadata: { uid = '', namespace, name, ownerReferences = [] } }) {
      unlink(uid);
      const node = { asked, uid, namespace, name, owners: ownerReferences };
      nodes.set(uid, node);
      for (const owner of ownerReferences) byOwner.set(owner.uid, (byOwner.get(owner.uid) ?? new Set()).add(uid));
      return node;
    },
    forget(uid) {
      unlink(uid);
      nodes.delete(uid);
    },
    get: (uid) => nodes.get(uid),
    all: () => [...nodes.values()],
    dependentsOf: (uid) => [...(byOwner.get(uid) ?? [])].flatMap((dependent) => nodes.get(dependent) ?? []),
  };
}
