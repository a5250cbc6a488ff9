/** CustomResourceDefinitions become kinds, and their objects go when they go. */
import { asJson, type Store, storeResource } from '#objects/index.ts';
import { customKind } from '../kinds/custom.ts';
import type { Registry } from '../kinds/registry.ts';
import { askedFor } from './asked-for.ts';
import type { Writer } from '../write/writer.ts';

const CRDS = storeResource({ group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' });

export function serveCustomKinds(registry: Registry, store: Store, writer: Writer): void {
  const stored = store.list(CRDS);
  for (const crd of stored.outcome === 'ok' ? stored.items : []) registry.set(customKind(asJson(crd)));
  writer.onWrite(({ type, asked, object }) => {
    if (storeResource(asked.type) !== CRDS) return;
    const kind = customKind(asJson(object));
    if (type !== 'DELETED') return registry.set(kind);
    const left = store.list(storeResource(kind.type));
    for (const one of left.outcome === 'ok' ? left.items : []) writer.purge(askedFor(kind), one);
    registry.remove(kind.type.group, kind.type.plural);
  });
}
