/** Places of values on an axis, and its ticks. Pure. */

export interface Axis {
  readonly ticks: readonly number[];
  /** From 0 to 1 within the axis. */
  readonly place: (value: number) => number;
}

/** From zero, or from where the values begin if `zero` is false. @param values at least one, finite */
export function linearAxis(values: readonly number[], { zero = true } = {}): Axis {
  const most = Math.max(...values);
  const least = zero ? Math.min(0, ...values) : Math.min(...values);
  const step = niceStep((most - least || Math.abs(most) || 1) / 5);
  const [first, last] = [Math.floor(least / step), Math.max(Math.ceil(most / step), Math.floor(least / step) + 1)];
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  const [low, high] = [first * step, last * step];
  return { ticks, place: (value) => (value - low) / (high - low) };
}

/** 1, 2 or 5 times a power of ten. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((one) => one * power >= rough * 0.999) ?? 10;
  return factor * power;
}

/** Ticks at powers of ten, and between them where there are few. @throws RangeError for a value that has no logarithm */
export function logAxis(values: readonly number[]): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (!(least > 0)) throw new RangeError(`${least} on a logarithmic axis`);
  const [low, high] = [Math.floor(Math.log10(least) + 1e-9), Math.ceil(Math.log10(most) - 1e-9)];
  const top = Math.max(high, low + 1);
  const steps = top - low <= 2 ? [1, 2, 5] : [1];
  const powers = Array.from({ length: top - low + 1 }, (_, i) => 10 ** (low + i));
  const ticks = powers
    .flatMap((power) => steps.map((step) => step * power))
    .filter((tick) => tick <= 10 ** top * 1.001);
  return { ticks, place: (value) => (Math.log10(value) - low) / (top - low) };
}
