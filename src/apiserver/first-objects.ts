/** What every cluster has from the start. */
import { addressAt, cidr, formatIp } from '#kit/index.ts';
import { asJson, type JsonObject, type KubeObject, type Store } from '#objects/index.ts';
import { bootstrapBindings, bootstrapRoles } from './rbac/bootstrap-roles.ts';
import { RBAC_GROUP } from './rbac/policy.ts';
import type { Registry } from './kinds/registry.ts';
import { ownRequest } from './write/own-request.ts';
import { keyOf } from './write/stored.ts';
import type { Writer } from './write/writer.ts';

export interface FirstObjectsOptions {
  readonly registry: Registry;
  readonly store: Store;
  readonly writer: Writer;
  readonly serviceRanges: readonly string[];
  readonly crds: readonly KubeObject[];
  readonly objects: readonly KubeObject[];
}

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

export function firstObjects(options: FirstObjectsOptions): void {
  for (const name of NAMESPACES) ensure(options, '', 'namespaces', { metadata: { name } });
  for (const crd of options.crds)
    ensure(options, 'apiextensions.k8s.io', 'customresourcedefinitions', asJson(crd), true);
  for (const role of bootstrapRoles()) ensure(options, RBAC_GROUP, 'clusterroles', role, true);
  for (const binding of bootstrapBindings()) ensure(options, RBAC_GROUP, 'clusterrolebindings', binding);
  for (const object of options.objects) ensureGiven(options, object);
  if (!options.registry.find('', 'v1', 'services')) return;
  const [range = ''] = options.serviceRanges;
  const clusterIP = formatIp(addressAt(cidr(range), 1));
  ensure(options, '', 'services', {
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: { clusterIP, ports: [{ name: 'https', port: 443, targetPort: 6443 }] },
  });
}

function ensureGiven(options: FirstObjectsOptions, object: KubeObject): void {
  const group = object.apiVersion.includes('/') ? (object.apiVersion.split('/')[0] ?? '') : '';
  const kind = options.registry.kinds().find(({ type }) => type.group === group && type.kind === object.kind);
  if (kind) ensure(options, group, kind.type.plural, asJson(object), true);
}

/** Makes what is not there. @param refresh also brings what it asks for, or grants, up to date */
function ensure(
  { registry, store, writer }: FirstObjectsOptions,
  group: string,
  plural: string,
  object: JsonObject,
  refresh = false,
): void {
  const asked = registry.find(group, 'v1', plural);
  if (!asked) return;
  const metadata = object.metadata as unknown as KubeObject['metadata'];
  const stored = store.get(keyOf(asked, metadata));
  if (!stored) writer.create(asked, metadata.namespace, { ...object, kind: asked.type.kind }, request());
  else if (refresh) writer.update(asked, metadata, request(), (before) => ({ ...before, ...partsOf(object) }));
}

/** What others gather into an aggregated role is not ours to take away. */
function partsOf({ spec, rules, subjects, aggregationRule }: JsonObject): JsonObject {
  return {
    ...(spec !== undefined && { spec }),
    ...(rules !== undefined && !aggregationRule && { rules }),
    ...(subjects !== undefined && { subjects }),
  };
}

const request = () => ownRequest('sealane-apiserver');
