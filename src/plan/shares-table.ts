import { hash32, numbersFrom } from './hash.ts';
import { fitted } from './largest-remainder.ts';
import type { Share, Tier } from './model.ts';

/**
 * How many slots each cluster of a tier gets: the weights reduced by their gcd when they sum to at most `maxSlots`, else rounded by
 * largest remainder; a positive weight never gets 0 slots, a weight of 0 always does.
 */
export function shareCounts(tier: Tier, maxSlots = 1024): readonly Share[] {
  const whole = tier.map(({ cluster, weight }) => ({ cluster, weight: BigInt(Math.max(0, Math.trunc(weight))) }));
  return fitted(whole, maxSlots);
}

/**
 * One slot per part of a cluster's share, shuffled: the kernel picks a slot at random, so shares are exact in the long run and a
 * bounded scan from any slot meets every cluster soon.
 *
 * @param seed same tier and seed, same table (such as `namespace/name:port`)
 * @returns cluster names; empty for an empty tier
 */
export function sharesTable(tier: Tier, seed = '', maxSlots = 1024): readonly string[] {
  const slots = shareCounts(tier, maxSlots).flatMap(({ cluster, weight }) => Array<string>(weight).fill(cluster));
  return shuffled(slots, numbersFrom(hash32(seed)));
}

/** Fisher and Yates. */
function shuffled<T>(items: readonly T[], below: (limit: number) => number): readonly T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i -= 1) {
    const j = below(i + 1);
    const [a, b] = [result[i], result[j]];
    if (a !== undefined && b !== undefined) [result[i], result[j]] = [b, a];
  }
  return result;
}
