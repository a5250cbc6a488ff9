/** Objects whose every owner is gone go too (owner references, in the background). */
import type { KubeObject, Store } from '#objects/index.ts';
import { storeResource } from '#objects/index.ts';
import type { Asked } from '../kinds/kind.ts';
import type { Registry } from '../kinds/registry.ts';
import { keyOf, type Writer } from '../write/writer.ts';
import { askedFor } from './asked-for.ts';

interface Dependent {
  readonly asked: Asked;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly owners: readonly string[];
}

export function collectGarbage(registry: Registry, store: Store, writer: Writer): void {
  const dependents = new Map<string, Dependent>();
  const byOwner = new Map<string, Set<string>>();
  const alive = new Set<string>();

  for (const asked of registry.kinds().map(askedFor)) {
    const stored = store.list(storeResource(asked.type));
    for (const object of stored.outcome === 'ok' ? stored.items : []) note(asked, object);
  }
  for (const uid of dependents.keys()) collect(uid);
  writer.onWrite(({ type, asked, object }) => {
    const { uid = '' } = object.metadata;
    if (type !== 'DELETED') {
      note(asked, object);
      if (object.metadata.ownerReferences?.length) queueMicrotask(() => collect(uid));
      return;
    }
    alive.delete(uid);
    forget(uid);
    const orphans = [...(byOwner.get(uid) ?? [])];
    byOwner.delete(uid);
    if (orphans.length > 0) queueMicrotask(() => orphans.forEach(collect));
  });

  function note(asked: Asked, { metadata }: KubeObject): void {
    const { uid = '', namespace, name, ownerReferences = [] } = metadata;
    alive.add(uid);
    if (dependents.has(uid)) forget(uid);
    if (ownerReferences.length === 0) return;
    const owners = ownerReferences.map((owner) => owner.uid);
    dependents.set(uid, { asked, namespace, name, owners });
    for (const owner of owners) byOwner.set(owner, (byOwner.get(owner) ?? new Set()).add(uid));
  }

  function forget(uid: string): void {
    for (const owner of dependents.get(uid)?.owners ?? []) byOwner.get(owner)?.delete(uid);
    dependents.delete(uid);
  }

  function collect(uid: string): void {
    const dependent = dependents.get(uid);
    if (!dependent || dependent.owners.some((owner) => alive.has(owner))) return;
    const stored = store.get(keyOf(dependent.asked, dependent));
    if (stored?.metadata.uid !== uid || stored.metadata.deletionTimestamp) return;
    writer.remove(dependent.asked, dependent, { dryRun: false });
  }
}
