import type { Share, Tier } from './model.ts';

/** How many slots each cluster of a tier gets; exact when the weights, reduced by their gcd, sum to at most `maxSlots`. */
export function shareCounts(tier: Tier, maxSlots = 1024): readonly Share[] {
  throw new Error(`not written: ${tier.length} ${maxSlots}`);
}

/**
 * One slot per cluster share, shuffled: the kernel picks a slot at random.
 *
 * @param seed same tier and seed, same table (such as `namespace/name:port`)
 * @returns cluster names; empty for an empty tier
 */
export function sharesTable(tier: Tier, seed = '', maxSlots = 1024): readonly string[] {
  throw new Error(`not written: ${tier.length} ${seed} ${maxSlots}`);
}
