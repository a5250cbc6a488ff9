/** A namespace that is being deleted is emptied first, then it goes. */
import { type Clock, type Log, timestamp } from '#kit/index.ts';
import type { Condition, Json, JsonObject, Store } from '#objects/index.ts';
import type { Asked } from '../kinds/kind.ts';
import type { Registry } from '../kinds/registry.ts';
import { ownRequest } from '../write/own-request.ts';
import type { Writer } from '../write/writer.ts';
import { askedFor } from './asked-for.ts';
import { createLater } from './later.ts';
import { endingConditions, type Left } from './namespace-conditions.ts';
import { removeAll } from './remove-all.ts';

export function endNamespaces(registry: Registry, store: Store, writer: Writer, clock: Clock, log: Log): void {
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
    const left = kinds.map((kind) => ({ kind, objects: removeAll(store, writer, askedFor(kind), name) }));
    const asked = registry.find('', 'v1', 'namespaces');
    const namespace = store.get({ resource: 'namespaces', name });
    if (!asked || !namespace) return;
    const isEmpty = left.every(({ objects }) => objects.length === 0);
    if (isEmpty && !namespace.metadata.finalizers?.length) return writer.purge(asked, namespace);
    tell(asked, name, left);
  }

  function tell(asked: Asked, name: string, left: readonly Left[]): void {
    const request = { ...ownRequest('namespace-controller'), subresource: 'status' };
    writer.update(asked, { name }, request, (before) => {
      const status = before.status as { readonly conditions?: readonly Condition[] } | undefined;
      const conditions = endingConditions(status?.conditions, left, timestamp(clock)) as unknown as Json;
      return { ...before, status: { ...status, conditions } as JsonObject };
    });
  }

  function isEnding(name: string): boolean {
    return store.get({ resource: 'namespaces', name })?.metadata.deletionTimestamp !== undefined;
  }
}
