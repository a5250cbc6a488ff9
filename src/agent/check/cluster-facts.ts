/** Looks at a cluster through its API server; changes nothing. */
import { MEMBER_CLUSTERS, type MemberCluster, NODES, SERVICES, type Service } from '#api/index.ts';
import type { ClusterFacts } from '#explain/index.ts';
import { type Clock, isFault } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
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
  const list = async <T extends KubeObject>(type: ResourceType): Promise<T[]> => {
    try {
      return await client.list<T>(type);
    } catch (error) {
      if (isFault(error, 'kube/not-found')) return []; // this server does not have the kind
      if (!isFault(error, 'kube/forbidden')) throw error;
      unread.push(type.plural);
      return [];
    }
  };
  const [nodes, services, cidrs, members] = await Promise.all([
    list<NodeObject>(NODES),
    list<Service>(SERVICES),
    list<ServiceCidr>(SERVICE_CIDRS),
    list<MemberCluster>(MEMBER_CLUSTERS),
  ]);
  return {
    version,
    skewMs,
    ranges: [...nodes.flatMap(rangesOfNode), ...rangesOfServices(services, cidrs)].filter(isIpv4),
    unread: unread.toSorted(),
    memberVersions: Object.fromEntries(
      members.flatMap(({ metadata, status }) => (status?.version ? [[metadata.name, status.version]] : [])),
    ),
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
    ...addresses.map(({ address }) => ({ what: 'nodes' as const, range: `${address}/32` })),
  ];
}

/** Ranges where the server tells them (Kubernetes 1.33), else the addresses given so far. */
function rangesOfServices(services: readonly Service[], cidrs: readonly ServiceCidr[]): Ranges {
  const told = cidrs.flatMap(({ spec }) => spec?.cidrs ?? []);
  const given = services.flatMap(({ spec }) =>
    spec?.clusterIP && spec.clusterIP !== 'None' ? [`${spec.clusterIP}/32`] : [],
  );
  return (told.length > 0 ? told : given).map((range) => ({ what: 'services' as const, range }));
}

function isIpv4({ range }: Ranges[number]): boolean {
  return !range.includes(':');
}
