/** Summaries of measured values; measurements that failed are `null` and left out. Pure. */

export type Series = readonly (number | null)[];

export interface Summary {
  readonly count: number;
  readonly min: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly p99: number;
  readonly max: number;
}

/** @returns undefined when there is nothing to sum up */
export function summarize(series: Series): Summary | undefined {
  const sorted = series
    .filter((value) => value !== null && Number.isFinite(value))
    .toSorted((a, b) => Number(a) - Number(b));
  if (sorted.length === 0) return undefined;
  const at = (share: number) => quantile(sorted as number[], share);
  return { count: sorted.length, min: at(0), q1: at(0.25), median: at(0.5), q3: at(0.75), p99: at(0.99), max: at(1) };
}

/** Between neighbours it is interpolated. @param sorted at least one value */
export function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const [low, high] = [Math.floor(place), Math.ceil(place)];
  const [below = 0, above = 0] = [sorted[low], sorted[high]];
  return below + (above - below) * (place - low);
}

/** Round by round, since rounds are what the machine's noise changes between; null where either is missing. */
export function ratios(of: Series, to: Series): Series {
  return of.map((value, i) => {
    const base = to[i];
    return value === null || base === null || base === undefined || base === 0 ? null : value / base;
  });
}
