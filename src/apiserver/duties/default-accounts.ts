/** Every namespace has the ServiceAccount `default`, as a namespace of Kubernetes has. */
import type { Log } from '#kit/index.ts';
import type { Store } from '#objects/index.ts';
import type { Registry } from '../kinds/registry.ts';
import { ownRequest } from '../write/own-request.ts';
import type { Writer } from '../write/writer.ts';
import { createLater } from './later.ts';

export function makeDefaultAccounts(registry: Registry, store: Store, writer: Writer, log: Log): void {
  const later = createLater(log, 'default-accounts');
  const stored = store.list('namespaces');
  for (const { metadata } of stored.outcome === 'ok' ? stored.items : []) makeLater(metadata.name);
  writer.onWrite(({ type, asked, object: { metadata } }) => {
    if (asked.type.group !== '') return;
    if (asked.type.plural === 'namespaces' && type === 'ADDED') makeLater(metadata.name);
    if (asked.type.plural === 'serviceaccounts' && type === 'DELETED' && metadata.namespace)
      makeLater(metadata.namespace);
  });

  function makeLater(namespace: string): void {
    later(namespace, () => make(namespace));
  }

  function make(namespace: string): void {
    const asked = registry.find('', 'v1', 'serviceaccounts');
    const found = store.get({ resource: 'namespaces', name: namespace });
    if (!asked || !found || found.metadata.deletionTimestamp) return;
    if (store.get({ resource: 'serviceaccounts', namespace, name: 'default' })) return;
    writer.create(asked, namespace, { metadata: { name: 'default' } }, ownRequest('sealane-apiserver'));
  }
}
