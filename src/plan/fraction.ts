/** Exact fractions, so that shares never depend on rounding. */
export interface Fraction {
  readonly over: bigint;
  readonly under: bigint;
}

export const ZERO: Fraction = { over: 0n, under: 1n };
export const ONE: Fraction = { over: 1n, under: 1n };

export function fraction(over: number, under: number): Fraction {
  return reduced(BigInt(over), BigInt(under));
}

export function times(a: Fraction, b: Fraction): Fraction {
  return reduced(a.over * b.over, a.under * b.under);
}

export function minus(a: Fraction, b: Fraction): Fraction {
  return reduced(a.over * b.under - b.over * a.under, a.under * b.under);
}

export function smaller(a: Fraction, b: Fraction): Fraction {
  return a.over * b.under <= b.over * a.under ? a : b;
}

export function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

/** The smallest whole numbers in the same ratio. */
export function wholeNumbers(fractions: readonly Fraction[]): readonly bigint[] {
  const under = fractions.reduce((all, { under: one }) => (all / gcd(all, one)) * one, 1n);
  const whole = fractions.map((one) => one.over * (under / one.under));
  const divisor = whole.reduce(gcd, 0n) || 1n;
  return whole.map((one) => one / divisor);
}

function reduced(over: bigint, under: bigint): Fraction {
  const divisor = gcd(over, under) || 1n;
  return { over: over / divisor, under: under / divisor };
}
