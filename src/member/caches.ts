/** Everything a member watches: its own API server and the hub. */
import {
  CLUSTER_EXPORTS,
  type ClusterExport,
  ENDPOINT_SLICES,
  type EndpointSlice,
  GLOBAL_TRAFFIC_POLICIES,
  type GlobalTrafficPolicy,
  LABEL_AGENT,
  LABEL_DERIVED,
  LABEL_LOCAL_SERVICE,
  LABEL_MANAGED_BY,
  LABEL_SERVICE_NAME,
  type Lease,
  LEASES,
  MANAGED_BY_MEMBER,
  MEMBER_CLUSTERS,
  type MemberCluster,
  type Namespace,
  NAMESPACES,
  type Node,
  NODES,
  SERVICE_EXPORTS,
  SERVICE_IMPORTS,
  type Service,
  type ServiceExport,
  type ServiceImport,
  SERVICES,
  SYSTEM_NAMESPACE,
} from '#api/index.ts';
import { compatTypes, type FlomeshPolicy, type FlomeshServiceExport } from '#compat/index.ts';
import { type Cache, reflect, type ReflectOptions } from '#kube/index.ts';
import { watchMetrics } from '#observe/index.ts';
import type { KubeObject, ResourceType } from '#objects/index.ts';
import type { MemberSettings } from './options.ts';

export interface Compat<T extends KubeObject> {
  readonly type: ResourceType;
  readonly cache: Cache<T>;
}

export interface Caches {
  readonly namespaces: Cache<Namespace>;
  readonly nodes: Cache<Node>;
  readonly services: Cache<Service>;
  /** Indexed by {@link ownSlices} and {@link importedSlices}. */
  readonly slices: Cache<EndpointSlice>;
  readonly serviceExports: Cache<ServiceExport>;
  readonly serviceImports: Cache<ServiceImport>;
  /** This member's own records. */
  readonly records: Cache<ClusterExport>;
  readonly mirrors: Cache<MemberCluster>;
  readonly policies: Cache<GlobalTrafficPolicy>;
  readonly agents: Cache<Lease>;
  readonly flomeshExports: readonly Compat<FlomeshServiceExport>[];
  readonly flomeshPolicies: readonly Compat<FlomeshPolicy>[];
  readonly flomeshClusters: readonly Compat<KubeObject>[];
  /** Of the whole set. */
  readonly hubExports: Cache<ClusterExport>;
  readonly hubMembers: Cache<MemberCluster>;
  /** Resolves when this cluster's caches are complete; the hub's may be away. */
  localSynced(): Promise<boolean>;
  readonly hubSynced: boolean;
  readonly hubConnected: boolean;
  stop(): void;
}

export function ownSlices(caches: Pick<Caches, 'slices'>, service: string): EndpointSlice[] {
  return caches.slices.indexed(`own ${service}`);
}

/** Ours, of one imported service. @param service `namespace/name` */
export function importedSlices(caches: Pick<Caches, 'slices'>, service: string): EndpointSlice[] {
  return caches.slices.indexed(`imported ${service}`);
}

/** Those of the derived Service of one import. @param service `namespace/name` of the import */
export function derivedSlicesOf(caches: Pick<Caches, 'slices'>, service: string): EndpointSlice[] {
  return caches.slices.indexed(`derived ${service}`);
}

/** Which service a slice belongs to, and how; undefined for those of nobody's business. */
export function sliceIndex({ metadata }: EndpointSlice): string | undefined {
  const { namespace, labels = {} } = metadata;
  const imported = labels[LABEL_SERVICE_NAME];
  if (imported !== undefined && labels[LABEL_MANAGED_BY] === MANAGED_BY_MEMBER)
    return `imported ${namespace}/${imported}`;
  const derived = labels[LABEL_DERIVED];
  if (derived !== undefined) return `derived ${namespace}/${derived}`;
  const own = labels[LABEL_LOCAL_SERVICE];
  return own === undefined ? undefined : `own ${namespace}/${own}`;
}

export function createCaches(settings: MemberSettings, mcsVersion: string): Caches {
  const { client, hub, clock, log, cluster, metrics } = settings;
  const started: Cache[] = [];
  const follow = <T extends KubeObject>(
    from: typeof client,
    type: ResourceType,
    options: ReflectOptions<T> = {},
  ): Cache<T> => {
    const cache = reflect<T>(from, type, { clock, log, ...options });
    started.push(cache as unknown as Cache);
    watchMetrics(metrics, from === hub ? 'hub' : 'cluster', type, cache);
    return cache;
  };
  const compat = <T extends KubeObject>(plural: string): Compat<T>[] =>
    compatTypes()
      .filter((type) => type.plural === plural)
      .map((type) => ({ type, cache: follow<T>(client, type, { optional: true }) }));

  const hubExports = follow<ClusterExport>(hub, CLUSTER_EXPORTS);
  const hubMembers = follow<MemberCluster>(hub, MEMBER_CLUSTERS);
  const onHub = new Set<unknown>([hubExports, hubMembers]);
  const caches: Caches = {
    namespaces: follow(client, NAMESPACES),
    nodes: follow(client, NODES, { project: rangesOnly }),
    services: follow(client, SERVICES),
    slices: follow(client, ENDPOINT_SLICES, { indexBy: sliceIndex, project: withoutDetail }),
    serviceExports: follow(client, { ...SERVICE_EXPORTS, version: mcsVersion }),
    serviceImports: follow(client, { ...SERVICE_IMPORTS, version: mcsVersion }),
    records: follow(client, CLUSTER_EXPORTS, { keep: (object) => isOwnRecord(object, cluster) }),
    mirrors: follow(client, MEMBER_CLUSTERS),
    policies: follow(client, GLOBAL_TRAFFIC_POLICIES),
    agents: follow(client, LEASES, { namespace: SYSTEM_NAMESPACE, labelSelector: `${LABEL_AGENT}=true` }),
    flomeshExports: compat('serviceexports'),
    flomeshPolicies: compat('globaltrafficpolicies'),
    flomeshClusters: compat('clusters'),
    hubExports,
    hubMembers,
    async localSynced() {
      const local = started.filter((cache) => !onHub.has(cache));
      return (await Promise.all(local.map((cache) => cache.whenSynced()))).every(Boolean);
    },
    get hubSynced() {
      return hubExports.synced && hubMembers.synced;
    },
    get hubConnected() {
      return hubExports.connected && hubMembers.connected;
    },
    stop: () => started.forEach((cache) => cache.stop()),
  };
  return caches;
}

/** Where one API server is hub and member at once, the replicas lie beside the records. */
function isOwnRecord({ metadata, spec }: ClusterExport, cluster: string): boolean {
  return (
    spec?.cluster === cluster && spec.service?.namespace === metadata.namespace && spec.service.name === metadata.name
  );
}

function withoutDetail(slice: EndpointSlice): EndpointSlice {
  const { managedFields: _, ...metadata } = slice.metadata;
  const endpoints = (slice.endpoints ?? []).map(({ addresses, conditions, nodeName, hostname }) => ({
    addresses,
    conditions,
    nodeName,
    hostname,
  }));
  return { ...slice, metadata, endpoints };
}

function rangesOnly({ apiVersion, kind, metadata, spec }: Node): Node {
  const { name, uid, resourceVersion } = metadata;
  return {
    apiVersion,
    kind,
    metadata: { name, uid, resourceVersion },
    spec: { podCIDR: spec?.podCIDR, podCIDRs: spec?.podCIDRs },
  };
}
