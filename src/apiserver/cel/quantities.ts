/** Amounts as Kubernetes writes them: `100m`, `1.5Gi`, `2e3`. Exact to a billionth. */
import type { Environment } from '@marcbachmann/cel-js';

const SCALE = 1_000_000_000n;
const SHAPE = /^([+-]?)(\d+)?(?:\.(\d+)?)?(?:[eE]([+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i))?$/;
const DECIMAL = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 } as const;
const BINARY = { Ki: 1, Mi: 2, Gi: 3, Ti: 4, Pi: 5, Ei: 6 } as const;

export class Quantity {
  readonly billionths: bigint;
  constructor(billionths: bigint) {
    this.billionths = billionths;
  }
}

export function parseQuantity(text: string): Quantity | undefined {
  const [, sign, whole = '', fraction = '', exponent, suffix = ''] = SHAPE.exec(text) ?? [];
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  const power = Number(exponent ?? DECIMAL[suffix as keyof typeof DECIMAL] ?? 0) - fraction.length;
  const binary = 1024n ** BigInt(BINARY[suffix as keyof typeof BINARY] ?? 0);
  const scaled = digits * SCALE * binary;
  return new Quantity(power >= 0 ? scaled * 10n ** BigInt(power) : awayFromZero(scaled, 10n ** BigInt(-power)));
}

/** As Kubernetes does: who asks for something gets something, and be it a billionth. */
function awayFromZero(amount: bigint, by: bigint): bigint {
  const rest = amount % by;
  return amount / by + BigInt(rest > 0n) - BigInt(rest < 0n);
}

export function addQuantities(env: Environment): void {
  env.registerType('kubernetes.Quantity', { ctor: Quantity, fields: {} });
  env.registerFunction('isQuantity(string): bool', (text: string) => parseQuantity(text) !== undefined);
  env.registerFunction('quantity(string): kubernetes.Quantity', (text: string) => {
    const quantity = parseQuantity(text);
    if (!quantity) throw new Error('quantities must match the regular expression of a quantity');
    return quantity;
  });
  const compare = (a: Quantity, b: Quantity) =>
    Number(a.billionths > b.billionths) - Number(a.billionths < b.billionths);
  const add = (signature: string, run: (a: Quantity, b: Quantity) => unknown) =>
    env.registerFunction(`kubernetes.Quantity.${signature}`, run);
  add('isLessThan(kubernetes.Quantity): bool', (a, b) => compare(a, b) < 0);
  add('isGreaterThan(kubernetes.Quantity): bool', (a, b) => compare(a, b) > 0);
  add('compareTo(kubernetes.Quantity): int', (a, b) => BigInt(compare(a, b)));
  add('add(kubernetes.Quantity): kubernetes.Quantity', (a, b) => new Quantity(a.billionths + b.billionths));
  add('sub(kubernetes.Quantity): kubernetes.Quantity', (a, b) => new Quantity(a.billionths - b.billionths));
  add('sign(): int', (a) => BigInt(compare(a, new Quantity(0n))));
  add('isInteger(): bool', ({ billionths }) => billionths % SCALE === 0n);
  add('asInteger(): int', ({ billionths }) => {
    if (billionths % SCALE !== 0n) throw new Error('cannot convert value to integer');
    return billionths / SCALE;
  });
  add('asApproximateFloat(): double', ({ billionths }) => Number(billionths) / Number(SCALE));
}
