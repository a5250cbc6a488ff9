/**
 * What this agent knows: caches over the local API server, and nothing else. A change anywhere becomes the names of the services
 * that it touches.
 */
import {
  CLUSTER_EXPORTS,
  type ClusterExport,
  ENDPOINT_SLICES,
  type EndpointSlice,
  GLOBAL_TRAFFIC_POLICIES,
  type GlobalTrafficPolicy,
  LABEL_LOCAL_SERVICE,
  LABEL_SERVICE_NAME,
  MEMBER_CLUSTERS,
  type MemberCluster,
  type Node,
  NODES,
  SERVICE_IMPORTS,
  SERVICES,
  type Service,
  type ServiceImport,
} from '#api/index.ts';
import { compatTypes, type FlomeshPolicy } from '#compat/index.ts';
import type { Clock, Log } from '#kit/index.ts';
import { type Cache, type Client, reflect } from '#kube/index.ts';
import type { KubeObject, ResourceType } from '#objects/index.ts';
import { projectService, projectSlice } from './project.ts';

export interface ClusterView {
  readonly services: Cache<Service>;
  readonly slices: Cache<EndpointSlice>;
  readonly imports: Cache<ServiceImport>;
  readonly exports: Cache<ClusterExport>;
  readonly policies: Cache<GlobalTrafficPolicy>;
  readonly compatPolicies: readonly Cache<FlomeshPolicy>[];
  readonly members: Cache<MemberCluster>;
  /** The own one only. */
  readonly nodes: Cache<Node>;
  /** All of them, with what each follows. */
  readonly caches: readonly (readonly [ResourceType, Cache<KubeObject>])[];
  /** Slices of one service, own and imported, by `namespace/name`. */
  slicesOf(service: string): readonly EndpointSlice[];
  /** Everything has been read once. */
  whenSynced(signal: AbortSignal): Promise<void>;
  /** `namespace/name` of every service that anything speaks of. */
  serviceNames(): Set<string>;
  /** Called with `namespace/name`, or `*` when every service may be touched. */
  onChange(listener: (service: string) => void): void;
  stop(): void;
}

/** @param node the one that is looked from; its zone counts */
export function watchCluster(
  client: Client,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  node: string,
): ClusterView {
  const optional = { optional: true, clock, log };
  const services = reflect<Service>(client, SERVICES, { clock, log, project: projectService });
  const slices = reflect<EndpointSlice>(client, ENDPOINT_SLICES, {
    clock,
    log,
    project: projectSlice,
    indexBy: serviceOf,
  });
  const imports = reflect<ServiceImport>(client, SERVICE_IMPORTS, optional);
  const exports = reflect<ClusterExport>(client, CLUSTER_EXPORTS, { ...optional, keep: isOwnRecord });
  const policies = reflect<GlobalTrafficPolicy>(client, GLOBAL_TRAFFIC_POLICIES, optional);
  const members = reflect<MemberCluster>(client, MEMBER_CLUSTERS, optional);
  const nodes = reflect<Node>(client, NODES, {
    clock,
    log,
    fieldSelector: `metadata.name=${node}`,
    project: projectNode,
  });
  const compat = compatTypes()
    .filter(({ kind }) => kind === 'GlobalTrafficPolicy')
    .map((type) => [type, reflect<FlomeshPolicy>(client, type, optional)] as const);
  const compatPolicies = compat.map(([, cache]) => cache);
  const caches: ClusterView['caches'] = [
    [SERVICES, services],
    [ENDPOINT_SLICES, slices],
    [SERVICE_IMPORTS, imports],
    [CLUSTER_EXPORTS, exports],
    [GLOBAL_TRAFFIC_POLICIES, policies],
    [MEMBER_CLUSTERS, members],
    [NODES, nodes],
    ...compat,
  ];

  return {
    services,
    slices,
    imports,
    exports,
    policies,
    members,
    nodes,
    compatPolicies,
    caches,
    slicesOf: (service) => slices.indexed(service),
    whenSynced: async (signal) => void (await Promise.all(caches.map(([, cache]) => cache.whenSynced(signal)))),
    serviceNames: () =>
      new Set([
        ...[services, imports, exports].flatMap((cache) => cache.keys()),
        ...slices.list().flatMap((slice) => serviceOf(slice) ?? []),
      ]),
    onChange(listener) {
      for (const cache of [services, imports, exports, policies, ...compatPolicies])
        cache.onChange(({ key }) => listener(key));
      slices.onChange(({ object, before }) => {
        for (const name of new Set([serviceOf(object), before && serviceOf(before)])) if (name) listener(name);
      });
      members.onChange(() => listener('*'));
      nodes.onChange(({ object, before }) => {
        if (zoneOf(object) !== (before && zoneOf(before))) listener('*');
      });
    },
    stop() {
      for (const [, cache] of caches) cache.stop();
    },
  };
}

/** `namespace/name` of the service that a slice belongs to, own or imported. */
function serviceOf(slice: EndpointSlice): string | undefined {
  const name = slice.metadata.labels?.[LABEL_SERVICE_NAME] ?? slice.metadata.labels?.[LABEL_LOCAL_SERVICE];
  return name ? `${slice.metadata.namespace}/${name}` : undefined;
}

/** Where the local API server is the hub too, the replicas of all members lie beside the records of this one. */
function isOwnRecord({ metadata, spec }: ClusterExport): boolean {
  return metadata.namespace === spec.service.namespace && metadata.name === spec.service.name;
}

function projectNode({ apiVersion, kind, metadata }: Node): Node {
  const { name, uid, resourceVersion, labels } = metadata;
  return { apiVersion, kind, metadata: { name, uid, resourceVersion, labels } };
}

export function zoneOf({ metadata }: Node): string | undefined {
  return metadata.labels?.['topology.kubernetes.io/zone'];
}
