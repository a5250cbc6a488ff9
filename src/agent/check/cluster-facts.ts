/** Looks at a cluster through its API server; changes nothing. */
import {
  ANNOTATION_VERSION,
  LABEL_AGENT,
  type Lease,
  LEASES,
  MEMBER_CLUSTERS,
  type MemberCluster,
  NODES,
  SERVICE_IMPORTS,
  SERVICES,
  type Service,
  type ServiceImport,
  SYSTEM_NAMESPACE,
} from '#api/index.ts';
import type { ClusterFacts } from '#explain/index.ts';
import { type Clock, familyOfText, formatRange, isFault, rangeOf } from '#kit/index.ts';
import type { Client, ListQuery } from '#kube/index.ts';
import type { KubeObject, ResourceType } from '#objects/index.ts';

type Ranges = ClusterFacts['ranges'];

interface NodeObject extends KubeObject {
  readonly spec?: { readonly podCIDR?: string; readonly podCIDRs?: readonly string[] };
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] };
}

interface ServiceCidr extends KubeObject {
  readonly spec?: { readonly cidrs?: readonly string[] };
}

const SERVICE_CIDRS: ResourceType = {
  group: 'networking.k8s.io',
  version: 'v1',
  plural: 'servicecidrs',
  kind: 'ServiceCIDR',
  namespaced: false,
};

/** @throws `kube/...` when the API server does not answer */
export async function clusterFacts(client: Client, clock: Clock): Promise<ClusterFacts> {
  const { version, skewMs } = await askVersion(client, clock);
  const unread: string[] = [];
  const list = async <T extends KubeObject>(type: ResourceType, query?: ListQuery): Promise<T[]> => {
    try {
      return await client.list<T>(type, query);
    } catch (error) {
      if (isFault(error, 'kube/not-found')) return []; // this server does not have the kind
      if (!isFault(error, 'kube/forbidden')) throw error;
      unread.push(type.plural);
      return [];
    }
  };
  const [nodes, services, cidrs, members, imports, leases] = await Promise.all([
    list<NodeObject>(NODES),
    list<Service>(SERVICES),
    list<ServiceCidr>(SERVICE_CIDRS),
    list<MemberCluster>(MEMBER_CLUSTERS),
    list<ServiceImport>(SERVICE_IMPORTS),
    list<Lease>(LEASES, { namespace: SYSTEM_NAMESPACE, labelSelector: `${LABEL_AGENT}=true` }),
  ]);
  return {
    version,
    skewMs,
    ranges: [...nodes.flatMap(rangesOfNode), ...rangesOfServices(services, cidrs)].map(({ what, range }) => ({
      what,
      range: formatRange(rangeOf(range)),
    })),
    unread: unread.toSorted(),
    versions: versionsOf(members, leases, clock.now() + skewMs),
    vips: vipsOf(imports, services),
  };
}

async function askVersion(client: Client, clock: Clock): Promise<{ version: string; skewMs: number }> {
  const before = clock.now();
  const answer = await client.stream({ path: '/version' });
  const ours = (before + clock.now()) / 2;
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const { gitVersion = 'unknown' } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { gitVersion?: string };
  const theirs = Date.parse(answer.headers.date ?? '');
  return { version: gitVersion, skewMs: Number.isNaN(theirs) ? 0 : theirs - ours };
}

function rangesOfNode({ spec, status }: NodeObject): Ranges {
  const pods = spec?.podCIDRs ?? (spec?.podCIDR ? [spec.podCIDR] : []);
  const addresses = (status?.addresses ?? []).filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP');
  return [
    ...pods.map((range) => ({ what: 'pods' as const, range })),
    ...addresses.map(({ address }) => ({ what: 'nodes' as const, range: address })),
  ];
}

/** Ranges where the server tells them (Kubernetes 1.33), else the addresses given so far. */
function rangesOfServices(services: readonly Service[], cidrs: readonly ServiceCidr[]): Ranges {
  const told = cidrs.flatMap(({ spec }) => spec?.cidrs ?? []);
  return (told.length > 0 ? told : services.flatMap(addressesOf)).map((range) => ({
    what: 'services' as const,
    range,
  }));
}

function addressesOf({ spec }: Service): readonly string[] {
  const all = spec?.clusterIPs ?? [spec?.clusterIP ?? ''];
  return all.filter((address) => familyOfText(address) !== undefined);
}

/** Those of derived Services are the cluster's to give. */
function vipsOf(imports: readonly ServiceImport[], services: readonly Service[]): string[] {
  const given = new Set(services.flatMap(addressesOf));
  return imports.flatMap(({ spec }) => spec.ips ?? []).filter((address) => !given.has(address));
}

/** Longer than any agent is silent while it runs. */
const GONE_MS = 10 * 60_000;

/** Of the processes that say so; a Lease outlives its agent. */
function versionsOf(members: readonly MemberCluster[], leases: readonly Lease[], now: number): Record<string, string> {
  const running = leases.filter(({ spec }) => now - Date.parse(spec?.renewTime ?? '') < GONE_MS);
  const said = [
    ...members.map(({ metadata, status }) => [`member ${metadata.name}`, status?.version] as const),
    ...running.map(
      ({ metadata, spec }) => [`agent ${spec?.holderIdentity}`, metadata.annotations?.[ANNOTATION_VERSION]] as const,
    ),
  ];
  return Object.fromEntries(said.flatMap(([who, version]) => (version ? [[who, version]] : [])));
}
