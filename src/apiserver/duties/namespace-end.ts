/** A namespace that is being deleted is emptied first, then it goes. */
import type { Log } from '#kit/index.ts';
import type { Store } from '#objects/index.ts';
import type { Registry } from '../kinds/registry.ts';
import type { Writer } from '../write/writer.ts';
import { askedFor } from './asked-for.ts';
import { createLater } from './later.ts';
import { removeAll } from './remove-all.ts';

export function endNamespaces(registry: Registry, store: Store, writer: Writer, log: Log): void {
  const later = createLater(log, 'namespace-end');
  const stored = store.list('namespaces');
  for (const { metadata } of stored.outcome === 'ok' ? stored.items : []) endLater(metadata.name);
  writer.onWrite(({ type, asked, object: { metadata } }) => {
    const isNamespace = asked.type.plural === 'namespaces' && asked.type.group === '';
    if (isNamespace && type !== 'DELETED') endLater(metadata.name);
    if (type === 'DELETED' && metadata.namespace) endLater(metadata.namespace);
  });

  function endLater(name: string): void {
    if (isEnding(name)) later(name, () => end(name));
  }

  function end(name: string): void {
    if (!isEnding(name)) return;
    const kinds = registry.kinds().filter((kind) => kind.type.namespaced);
    const left = kinds.reduce((sum, kind) => sum + removeAll(store, writer, askedFor(kind), name), 0);
    const asked = registry.find('', 'v1', 'namespaces');
    const namespace = store.get({ resource: 'namespaces', name });
    if (left === 0 && asked && namespace && !namespace.metadata.finalizers?.length) writer.purge(asked, namespace);
  }

  function isEnding(name: string): boolean {
    return store.get({ resource: 'namespaces', name })?.metadata.deletionTimestamp !== undefined;
  }
}
