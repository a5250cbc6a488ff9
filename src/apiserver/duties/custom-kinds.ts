/** CustomResourceDefinitions become kinds; one that is deleted goes when the last of its objects has gone. */
import { asJson, type KubeObject, type Store, storeResource } from '#objects/index.ts';
import type { Log } from '#kit/index.ts';
import { customKind } from '../kinds/custom.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Registry } from '../kinds/registry.ts';
import type { Writer } from '../write/writer.ts';
import { askedFor } from './asked-for.ts';
import { createLater } from './later.ts';
import { removeAll } from './remove-all.ts';

const CRDS = storeResource({ group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' });

export function serveCustomKinds(registry: Registry, store: Store, writer: Writer, log: Log): void {
  const later = createLater(log, 'custom-kinds');
  const stored = store.list(CRDS);
  for (const crd of stored.outcome === 'ok' ? stored.items : []) follow(crd);
  writer.onWrite(({ type, asked, object }) => {
    const resource = storeResource(asked.type);
    if (resource === CRDS && type === 'DELETED') return removeKind(customKind(asJson(object)));
    if (resource === CRDS) return follow(object);
    if (type === 'DELETED' && asked.kind.isEnding) emptyLater(asked.kind);
  });

  function follow(crd: KubeObject): void {
    const kind = customKind(asJson(crd));
    registry.set(kind);
    if (kind.isEnding) emptyLater(kind);
  }

  function removeKind({ type: { group, plural } }: Kind): void {
    registry.remove(group, plural);
  }

  function emptyLater(kind: Kind): void {
    const { group, plural } = kind.type;
    later(`${plural}.${group}`, () => {
      const left = removeAll(store, writer, askedFor(kind));
      const crd = store.get({ resource: CRDS, name: `${plural}.${group}` });
      const asked = registry.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions');
      if (left === 0 && asked && crd?.metadata.deletionTimestamp && !crd.metadata.finalizers?.length)
        writer.purge(asked, crd);
    });
  }
}
