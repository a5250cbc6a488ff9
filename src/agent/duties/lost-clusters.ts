/** Which other clusters this node does not reach: all that leads there is ejected, or they are down. Pure. */
import { ClusterFlag } from '#kernel/index.ts';
import type { PlacedEntry } from './connect.ts';

/** As the kernel has it. */
export interface Ejection {
  readonly group: number;
  /** CLOCK_MONOTONIC, nanoseconds; 0 once a connection has succeeded. */
  readonly until: bigint;
}

/** Why, by cluster. */
export type LostClusters = ReadonlyMap<string, string>;

const NAMED = 3;
/** An ejection that is over is not forgiven before a connection has succeeded; after so long the kernel has forgotten it. */
const FORGOTTEN_NS = 600_000_000_000n;

/**
 * @param flags of a cluster, enum cluster_flag
 * @param now CLOCK_MONOTONIC, nanoseconds
 */
export function lostClusters(
  self: string,
  ejections: Iterable<Ejection>,
  placed: Iterable<PlacedEntry>,
  flags: (cluster: string) => number,
  now: bigint,
): LostClusters {
  const ejected = new Map<number, number>();
  for (const { group, until } of ejections)
    if (until > 0n && until + FORGOTTEN_NS > now) ejected.set(group, (ejected.get(group) ?? 0) + 1);
  const services = new Map<string, Set<string>>();
  const clusters = new Set<string>();
  for (const { owner = '', clusters: groups, sizes } of placed) {
    for (const [group, cluster] of groups) {
      const [all, out] = [sizes.get(group) ?? 0, ejected.get(group) ?? 0];
      clusters.add(cluster);
      if (cluster !== self && all > 0 && out >= all)
        services.set(cluster, (services.get(cluster) ?? new Set()).add(owner));
    }
  }
  const down = [...clusters].filter((cluster) => cluster !== self && flags(cluster) & ClusterFlag.Down);
  return new Map([
    ...[...services].map(([cluster, names]) => [cluster, ejectedText([...names])] as const),
    ...down.map((cluster) => [cluster, 'its gateways do not answer probes'] as const),
  ]);
}

function ejectedText(services: readonly string[]): string {
  const named = services.toSorted().slice(0, NAMED).join(', ');
  const more = services.length > NAMED ? ` and ${services.length - NAMED} more` : '';
  return `all that leads there is ejected for ${named}${more}`;
}
