/** A namespace that is being deleted is emptied first, then it goes. */
import { type KubeObject, type Store, storeResource } from '#objects/index.ts';
import type { Asked } from '../kinds/kind.ts';
import type { Registry } from '../kinds/registry.ts';
import type { Writer } from '../write/writer.ts';
import { askedFor } from './asked-for.ts';

export function endNamespaces(registry: Registry, store: Store, writer: Writer): void {
  const ending = () => {
    const all = store.list('namespaces');
    return all.outcome === 'ok' ? all.items.filter(({ metadata }) => metadata.deletionTimestamp) : [];
  };
  for (const namespace of ending()) empty(namespace);
  writer.onWrite(({ type, asked, object }) => {
    if (asked.type.plural === 'namespaces' && asked.type.group === '') {
      if (object.metadata.deletionTimestamp && type !== 'DELETED') queueMicrotask(() => empty(object));
    } else if (type === 'DELETED' && object.metadata.namespace) {
      const namespace = store.get({ resource: 'namespaces', name: object.metadata.namespace });
      if (namespace?.metadata.deletionTimestamp) queueMicrotask(() => empty(namespace));
    }
  });

  function empty(namespace: KubeObject): void {
    const { name } = namespace.metadata;
    let left = 0;
    for (const asked of registry
      .kinds()
      .filter((kind) => kind.type.namespaced)
      .map(askedFor))
      left += removeAll(asked, name);
    const current = store.get({ resource: 'namespaces', name });
    if (left > 0 || !current?.metadata.deletionTimestamp) return;
    const kind = registry.find('', 'v1', 'namespaces');
    if (kind) writer.purge(kind, current);
  }

  /** @returns how many stay for now */
  function removeAll(asked: Asked, namespace: string): number {
    const outcome = store.list(storeResource(asked.type), { namespace });
    const objects = outcome.outcome === 'ok' ? outcome.items : [];
    return objects.filter(({ metadata }) => {
      if (metadata.deletionTimestamp) return true;
      return !writer.remove(asked, metadata, { dryRun: false }).gone;
    }).length;
  }
}
