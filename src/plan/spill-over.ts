import { type Fraction, fraction, minus, ONE, smaller, times, wholeNumbers, ZERO } from './fraction.ts';
import { fitted } from './largest-remainder.ts';
import type { Exporter, Tier, TrafficPolicy } from './model.ts';
import type { ResolvedTier } from './resolve-tiers.ts';

/** Largest sum of weights that is kept as it is; above it they are rounded to it. */
const MAX_WEIGHT_SUM = 2 ** 31;

export interface Spilled {
  /** The shares of now, then the tiers behind them without clusters that were named before. */
  readonly carrying: readonly Tier[];
  /** Tiers with less than minReadyPercent: they carry nothing, and stand behind everything else for when nothing else is left. */
  readonly below: readonly Tier[];
}

/**
 * Lay tiers over each other: a tier carries min(1, overflow % × ready / total), the rest spills into the next one, and what no tier
 * takes is shared in the same ratio by those that took some.
 *
 * @param tiers     in order
 * @param exporters everybody's counts
 */
export function spillOver(
  tiers: readonly ResolvedTier[],
  exporters: readonly Exporter[],
  { minReadyPercent, overflow }: TrafficPolicy['failover'],
): Spilled {
  const counted = eachOnce(tiers).map(({ shares, members }) => ({ tier: shares, ...countsOf(members, exporters) }));
  const above = counted.filter(({ ready, total }) => ready * 100 >= minReadyPercent * total);
  const below = counted.filter((tier) => !above.includes(tier)).map(({ tier }) => tier);
  const percent = Math.max(0, Math.trunc(overflow));
  const loads = loadsOf(above.map(({ ready, total }) => smaller(ONE, fraction(percent * ready, 100 * total))));
  const inOrder = above.map(({ tier }) => tier);
  return { carrying: withoutRepeats([sharesOf(inOrder, loads), ...inOrder]), below };
}

/** A cluster keeps its first place. */
export function withoutRepeats(tiers: readonly Tier[]): readonly Tier[] {
  const seen = new Set<string>();
  const once = tiers.map((tier) => tier.filter(({ cluster }) => !seen.has(cluster) && seen.add(cluster)));
  return once.filter((tier) => tier.length > 0);
}

/** A cluster counts for the first tier that means it. */
function eachOnce(tiers: readonly ResolvedTier[]): readonly ResolvedTier[] {
  const seen = new Set<string>();
  const once = tiers.map(({ shares, members }) => {
    const own = new Set(members.filter((cluster) => !seen.has(cluster)));
    for (const cluster of own) seen.add(cluster);
    return { shares: shares.filter(({ cluster }) => own.has(cluster)), members: [...own] };
  });
  return once.filter(({ shares }) => shares.length > 0);
}

function countsOf(members: readonly string[], exporters: readonly Exporter[]) {
  const inTier = exporters.filter(({ cluster }) => members.includes(cluster));
  const ready = inTier.reduce((sum, one) => sum + one.ready, 0);
  const total = inTier.reduce((sum, one) => sum + Math.max(one.ready, one.total), 0);
  return { ready, total };
}

function loadsOf(capacities: readonly Fraction[]): readonly Fraction[] {
  let left = ONE;
  return capacities.map((capacity) => {
    const load = smaller(left, capacity);
    left = minus(left, load);
    return load;
  });
}

function sharesOf(tiers: readonly Tier[], loads: readonly Fraction[]): Tier {
  const shares = tiers.flatMap((tier, i) => {
    const sum = tier.reduce((all, { weight }) => all + weight, 0);
    return tier.map(({ cluster, weight }) => ({ cluster, part: times(loads[i] ?? ZERO, fraction(weight, sum)) }));
  });
  const taking = shares.filter(({ part }) => part.over > 0n);
  const weights = wholeNumbers(taking.map(({ part }) => part));
  return fitted(
    taking.map(({ cluster }, i) => ({ cluster, weight: weights[i] ?? 0n })),
    MAX_WEIGHT_SUM,
  );
}
