/** Shares as they must be counted out, in plain arithmetic of its own: not the code that is tried. */
import type { Tier } from '#plan/index.ts';

const SLOTS = 1_024;

/** Weights over their greatest common divisor, or Hamilton's apportionment of 1,024 where they do not fit; nobody with a share gets none. */
export function exactCounts(tier: Tier): Map<string, number> {
  const shares = tier.filter(({ weight }) => weight > 0);
  const divisor = shares.reduce((all, { weight }) => gcd(all, weight), 0) || 1;
  const sum = shares.reduce((all, { weight }) => all + weight, 0);
  if (sum / divisor <= SLOTS) return new Map(shares.map(({ cluster, weight }) => [cluster, weight / divisor]));
  const parts = shares.map(({ cluster, weight }) => {
    const whole = Math.floor((weight * SLOTS) / sum);
    return { cluster, count: Math.max(1, whole), rest: whole > 0 ? (weight * SLOTS) % sum : 0 };
  });
  let left = SLOTS - parts.reduce((all, { count }) => all + count, 0);
  for (const part of parts.toSorted((a, b) => b.rest - a.rest || (a.cluster < b.cluster ? -1 : 1))) {
    if (left <= 0) break;
    part.count += 1;
    left -= 1;
  }
  for (; left < 0; left += 1) parts.reduce((a, b) => (b.count > a.count ? b : a)).count -= 1;
  return new Map(parts.map(({ cluster, count }) => [cluster, count]));
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
