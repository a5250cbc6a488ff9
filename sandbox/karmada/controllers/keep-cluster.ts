/** A Cluster object for each member, with whether it is ready, and the taints that follow from that. */
import { KARMADA_CLUSTERS, type KarmadaTaint } from '#api/index.ts';
import { type Clock, timestamp } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import { type Condition, deepEqual, findCondition, setCondition } from '#objects/index.ts';
import { FIELD_MANAGER, NOT_READY } from '../names.ts';
import type { KarmadaCluster } from '../types.ts';
import type { Context } from './context.ts';
import type { Member } from './members.ts';

/** Karmada lets a member fail, and come back, for this long before it says so. */
const THRESHOLD_MS = 30_000;

export async function keepCluster(
  { hub, clock, failover }: Pick<Context, 'hub' | 'clock' | 'failover'>,
  member: Member,
  known: KarmadaCluster | undefined,
): Promise<void> {
  const cluster = known ?? (await make(hub, member));
  await keepTaints(hub, cluster, failover, timestamp(clock));
  const before = cluster.status?.conditions ?? [];
  const condition = readiness(member, findCondition(before, 'Ready'), clock);
  if (!condition) return;
  const conditions = setCondition(before, condition, timestamp(clock));
  const kubernetesVersion = member.version ?? cluster.status?.kubernetesVersion;
  if (conditions === before && kubernetesVersion === cluster.status?.kubernetesVersion) return;
  const status = { conditions, ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }) };
  await hub.patch(
    KARMADA_CLUSTERS,
    cluster.metadata,
    { status },
    { subresource: 'status', fieldManager: FIELD_MANAGER },
  );
}

/** A time on every NoExecute; of our own one of each effect while the cluster is not ready. Everybody else's stay. */
async function keepTaints(hub: Client, cluster: KarmadaCluster, failover: boolean, now: string): Promise<void> {
  const before = cluster.spec?.taints ?? [];
  const ready = findCondition(cluster.status?.conditions, 'Ready');
  const effects = ready?.status !== 'False' ? [] : failover ? ['NoSchedule', 'NoExecute'] : ['NoSchedule'];
  const kept = before.filter(({ key, effect }) => key !== NOT_READY || effects.includes(effect));
  const missing = effects.filter((effect) => !kept.some((taint) => taint.key === NOT_READY && taint.effect === effect));
  const taints = [...kept, ...missing.map((effect): KarmadaTaint => ({ key: NOT_READY, effect }))].map((taint) =>
    taint.effect === 'NoExecute' ? { ...taint, timeAdded: taint.timeAdded ?? now } : taint,
  );
  if (deepEqual(taints, before)) return;
  // Somebody may be adding one of theirs: then this is overtaken, and looked at again.
  const { name, resourceVersion } = cluster.metadata;
  const patch = { metadata: { resourceVersion }, spec: { taints } };
  await hub.patch(KARMADA_CLUSTERS, { name }, patch, { fieldManager: FIELD_MANAGER });
}

async function make(hub: Client, { config, client }: Member): Promise<KarmadaCluster> {
  const { name, region, zone, provider, labels } = config;
  const cluster: KarmadaCluster = {
    apiVersion: 'cluster.karmada.io/v1alpha1',
    kind: 'Cluster',
    metadata: { name, ...(labels && { labels }) },
    spec: {
      syncMode: 'Push',
      apiEndpoint: client.server,
      ...(region === undefined ? {} : { region }),
      ...(zone === undefined ? {} : { zone, zones: [zone] }),
      ...(provider === undefined ? {} : { provider }),
    },
  };
  return hub.apply(KARMADA_CLUSTERS, cluster, { fieldManager: FIELD_MANAGER });
}

function readiness(
  { reachable, reason, since }: Member,
  said: Condition | undefined,
  clock: Clock,
): Omit<Condition, 'lastTransitionTime'> | undefined {
  if (reachable === undefined) return undefined;
  const status = reachable ? 'True' : 'False';
  const recent = clock.monotonic() - since < THRESHOLD_MS;
  if (said && said.status !== status && recent) return undefined;
  if (reachable) return { type: 'Ready', status, reason: 'ClusterReady', message: 'cluster is healthy and ready' };
  return { type: 'Ready', status, reason: 'ClusterNotReachable', message: reason };
}
