/** What is so: read from the stores themselves, where people and controllers have written it, never from anybody's cache. */
import {
  type ClusterExport,
  type ConfigMap,
  type EndpointSlice,
  type GlobalTrafficPolicy,
  LABEL_LOCAL_SERVICE,
  LABEL_MANAGED_BY,
  LABEL_SERVICE_NAME,
  LABEL_SOURCE_CLUSTER,
  MANAGED_BY_MEMBER,
  type MemberCluster,
  type Namespace,
  RECORDS_KEYS,
  RECORDS_NAME,
  type Service,
  type ServiceExport,
  type ServiceImport,
} from '#api/index.ts';
import type { KubeObject, Store } from '#objects/index.ts';
import type { LanePortRecord, VipRecord } from '#plan/index.ts';

export const RESOURCE = {
  namespaces: 'namespaces',
  services: 'services',
  configMaps: 'configmaps',
  slices: 'discovery.k8s.io/endpointslices',
  leases: 'coordination.k8s.io/leases',
  exports: 'multicluster.x-k8s.io/serviceexports',
  imports: 'multicluster.x-k8s.io/serviceimports',
  members: 'sealane.dev/memberclusters',
  records: 'sealane.dev/clusterexports',
  policies: 'sealane.dev/globaltrafficpolicies',
} as const;

function all<T extends KubeObject>(store: Store, resource: string, namespace?: string): T[] {
  const stored = store.list(resource, { namespace });
  return stored.outcome === 'ok' ? (stored.items as unknown as T[]) : [];
}

export const members = (hub: Store) => all<MemberCluster & KubeObject>(hub, RESOURCE.members) as MemberCluster[];
export const records = (store: Store, namespace?: string) =>
  all<ClusterExport & KubeObject>(store, RESOURCE.records, namespace) as ClusterExport[];
export const imports = (store: Store) => all<ServiceImport & KubeObject>(store, RESOURCE.imports) as ServiceImport[];
export const slices = (store: Store) => all<EndpointSlice>(store, RESOURCE.slices);

export const keyText = ({ metadata }: { readonly metadata: KubeObject['metadata'] }) =>
  `${metadata.namespace}/${metadata.name}`;

/** Of the API server's cluster: tells it from another of the same name. */
export function uidOf(store: Store): string | undefined {
  return store.get({ resource: RESOURCE.namespaces, name: 'kube-system' })?.metadata.uid;
}

export function namespaceIsThere(store: Store, name: string): boolean {
  const found = store.get({ resource: RESOURCE.namespaces, name }) as Namespace | undefined;
  return found !== undefined && found.metadata.deletionTimestamp === undefined;
}

/** `namespace/name` of what people here have exported. */
export function exported(store: Store): string[] {
  const services = new Set(all<Service>(store, RESOURCE.services).filter(stays).map(keyText));
  return all<ServiceExport & KubeObject>(store, RESOURCE.exports)
    .filter(stays)
    .map(keyText)
    .filter((key) => services.has(key))
    .toSorted();
}

function stays({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp === undefined;
}

export interface Pods {
  readonly ready: readonly string[];
  readonly total: number;
}

/** The own pods of one service. */
export function podsOf(store: Store, service: string): Pods {
  const own = slices(store).filter(
    ({ metadata }) => `${metadata.namespace}/${metadata.labels?.[LABEL_LOCAL_SERVICE]}` === service,
  );
  const endpoints = own.flatMap((slice) => slice.endpoints);
  const ready = endpoints.filter(({ conditions }) => conditions?.ready ?? true);
  return { ready: ready.flatMap(({ addresses }) => addresses).toSorted(), total: endpoints.length };
}

export function sourceOf({
  metadata,
}: EndpointSlice): { readonly cluster: string; readonly service: string } | undefined {
  const { [LABEL_SOURCE_CLUSTER]: cluster, [LABEL_MANAGED_BY]: by, [LABEL_SERVICE_NAME]: name } = metadata.labels ?? {};
  return cluster && by === MANAGED_BY_MEMBER ? { cluster, service: `${metadata.namespace}/${name}` } : undefined;
}

export function policyOf(store: Store, service: string): GlobalTrafficPolicy | undefined {
  const [namespace, name = ''] = service.split('/');
  return store.get({ resource: RESOURCE.policies, namespace, name }) as unknown as GlobalTrafficPolicy | undefined;
}

export interface GivenOut {
  readonly vips: readonly VipRecord[];
  readonly lanePorts: readonly LanePortRecord[];
}

export function givenOut(store: Store): GivenOut {
  const pages = all<ConfigMap>(store, RESOURCE.configMaps, 'sealane-system').filter(({ metadata }) =>
    metadata.name.startsWith(RECORDS_NAME),
  );
  const list = <T>(key: string) => pages.flatMap(({ data }) => JSON.parse(data?.[key] ?? '[]') as T[]);
  return { vips: list<VipRecord>(RECORDS_KEYS.vips), lanePorts: list<LanePortRecord>(RECORDS_KEYS.lanePorts) };
}
