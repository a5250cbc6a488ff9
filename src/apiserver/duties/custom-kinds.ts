/** CustomResourceDefinitions become kinds; one that is deleted goes when the last of its objects has gone. */
import { asJson, type KubeObject, type Store, storeResource } from '#objects/index.ts';
import { type Clock, type Log, timestamp } from '#kit/index.ts';
import { isEstablished, nextStatus } from '../kinds/definition-status.ts';
import { DEFINITIONS, definitionsBeside } from '../kinds/definitions-beside.ts';
import { customKind } from '../kinds/custom.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Registry } from '../kinds/registry.ts';
import { ownRequest } from '../write/own-request.ts';
import type { Writer } from '../write/writer.ts';
import { askedFor } from './asked-for.ts';
import { createLater } from './later.ts';
import { removeAll } from './remove-all.ts';

export function serveCustomKinds(registry: Registry, store: Store, writer: Writer, clock: Clock, log: Log): void {
  const later = createLater(log, 'custom-kinds');
  const stored = store.list(DEFINITIONS);
  for (const crd of stored.outcome === 'ok' ? stored.items : []) follow(crd);
  writer.onWrite(({ type, asked, object }) => {
    const resource = storeResource(asked.type);
    if (resource === DEFINITIONS && type === 'DELETED') return removeKind(object);
    if (resource === DEFINITIONS) return follow(object);
    if (type === 'DELETED' && asked.kind.isEnding) emptyLater(asked.kind);
  });

  function follow(crd: KubeObject): void {
    const kind = customKind(asJson(crd));
    if (isEstablished(asJson(crd))) registry.set(kind);
    if (kind.isEnding) emptyLater(kind);
  }

  function removeKind(crd: KubeObject): void {
    const others = definitionsBeside(store, asJson(crd));
    for (const other of others) later(other.metadata.name, () => tryNamesAgain(other.metadata.name));
    if (!isEstablished(asJson(crd))) return;
    const { group, plural } = customKind(asJson(crd)).type;
    registry.remove(group, plural);
  }

  /** The names of a definition that has gone may be what another one waits for. */
  function tryNamesAgain(name: string): void {
    const crd = store.get({ resource: DEFINITIONS, name });
    const asked = registry.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions');
    if (!crd || !asked) return;
    const status = nextStatus(asJson(crd), definitionsBeside(store, asJson(crd)), timestamp(clock));
    const request = { ...ownRequest('naming-controller'), subresource: 'status' };
    writer.update(asked, crd.metadata, request, (before) => ({ ...before, status }));
  }

  function emptyLater(kind: Kind): void {
    const { group, plural } = kind.type;
    later(`${plural}.${group}`, () => {
      const left = removeAll(store, writer, askedFor(kind));
      const crd = store.get({ resource: DEFINITIONS, name: `${plural}.${group}` });
      const asked = registry.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions');
      if (left.length === 0 && asked && crd?.metadata.deletionTimestamp && !crd.metadata.finalizers?.length)
        writer.purge(asked, crd);
    });
  }
}
