import { gcd } from './fraction.ts';
import type { Share } from './model.ts';
import { byText } from './order.ts';

interface BigShare {
  readonly cluster: string;
  readonly weight: bigint;
}

/**
 * Weights reduced by their gcd when they sum to at most `max`, else rounded to that sum by largest remainder; a positive weight
 * never becomes 0 (`max` grows to the number of clusters if it must).
 */
export function fitted(shares: readonly BigShare[], max: number): readonly Share[] {
  const positive = shares.filter(({ weight }) => weight > 0n);
  const divisor = positive.reduce((all, { weight }) => gcd(all, weight), 0n) || 1n;
  const sum = positive.reduce((all, { weight }) => all + weight, 0n);
  if (sum / divisor <= BigInt(max)) {
    return positive.map(({ cluster, weight }) => ({ cluster, weight: Number(weight / divisor) }));
  }
  return rounded(positive, sum, BigInt(Math.max(max, positive.length)));
}

/** Hamilton's method over what is left after everybody got one. */
function rounded(shares: readonly BigShare[], sum: bigint, slots: bigint): readonly Share[] {
  const quotas = shares.map(({ cluster, weight }) => {
    const floor = (weight * slots) / sum;
    return { cluster, slots: floor > 0n ? floor : 1n, rest: floor > 0n ? (weight * slots) % sum : 0n };
  });
  const order = quotas.toSorted(
    (a, b) => Number(b.rest > a.rest) - Number(a.rest > b.rest) || byText(a.cluster, b.cluster),
  );
  let left = slots - quotas.reduce((all, quota) => all + quota.slots, 0n);
  const extra = new Map<string, bigint>();
  for (const { cluster } of order) {
    if (left <= 0n) break;
    extra.set(cluster, 1n);
    left -= 1n;
  }
  const given = quotas.map((quota) => ({
    cluster: quota.cluster,
    slots: quota.slots + (extra.get(quota.cluster) ?? 0n),
  }));
  return takenBack(given, -left).map((one) => ({ cluster: one.cluster, weight: Number(one.slots) }));
}

/** Those raised to one slot are paid for by the largest. */
function takenBack(given: readonly { cluster: string; slots: bigint }[], debt: bigint) {
  const result = given.map((one) => ({ ...one }));
  for (let owed = debt; owed > 0n; owed -= 1n) {
    const largest = result.reduce((a, b) => (b.slots > a.slots ? b : a));
    largest.slots -= 1n;
  }
  return result;
}
