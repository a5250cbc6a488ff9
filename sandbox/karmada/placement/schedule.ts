/** Which clusters get a template, and how many of its replicas. Pure. */
import type { ClusterAffinity, KarmadaCluster, Placement, StaticWeight, TargetCluster } from '../types.ts';
import { repels } from '../eviction/tolerate.ts';
import { matchesAffinity } from './affinity.ts';
import { webster } from './webster.ts';

export interface ScheduleRequest {
  readonly placement: Placement | undefined;
  readonly clusters: readonly KarmadaCluster[];
  /** Where it is now: these stay although they are tainted. */
  readonly previous: readonly TargetCluster[];
  /** Clusters that it is leaving. */
  readonly evicting?: readonly string[];
  /** Absent for kinds without replicas. */
  readonly replicas: number | undefined;
  /** UID of the template: decides ties. */
  readonly uid: string;
}

/** Sorted by name; empty when no cluster fits. */
export function schedule({
  placement = {},
  clusters,
  previous,
  evicting = [],
  replicas,
  uid,
}: ScheduleRequest): TargetCluster[] {
  const placed = new Set(previous.map(({ name }) => name));
  const candidates = clusters
    .filter((cluster) => matchesAffinity(placement.clusterAffinity ?? {}, cluster))
    .filter(({ metadata }) => !evicting.includes(metadata.name))
    .filter(
      ({ metadata, spec }) =>
        placed.has(metadata.name) || !repels(spec?.taints ?? [], placement.clusterTolerations ?? []),
    )
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  if (replicas === undefined || replicas === 0) return candidates.map(({ metadata: { name } }) => ({ name }));
  if (placement.replicaScheduling?.replicaSchedulingType !== 'Divided')
    return candidates.map(({ metadata: { name } }) => ({ name, replicas }));
  return divided(candidates, placement.replicaScheduling.weightPreference?.staticWeightList, replicas, uid);
}

/** Clusters that no rule names get nothing; when no rule names any, all weigh the same. */
function divided(
  candidates: readonly KarmadaCluster[],
  rules: readonly StaticWeight[] | undefined,
  replicas: number,
  uid: string,
): TargetCluster[] {
  const weighed = candidates.map((cluster) => ({
    name: cluster.metadata.name,
    weight: Math.max(0, ...(rules ?? []).filter(matching(cluster)).map(({ weight }) => weight)),
  }));
  const nobody = weighed.every(({ weight }) => weight === 0);
  const parties = nobody ? weighed.map(({ name }) => ({ name, weight: 1 })) : weighed;
  return [...webster(replicas, parties, uid)].flatMap(([name, count]) =>
    count > 0 ? [{ name, replicas: count }] : [],
  );
}

function matching(cluster: KarmadaCluster) {
  return ({ targetCluster }: { readonly targetCluster: ClusterAffinity }) => matchesAffinity(targetCluster, cluster);
}
