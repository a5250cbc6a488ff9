import { labelText, type Sample } from './exposition.ts';

export interface Histogram {
  observe(value: number): void;
}

/** Counts by bucket; written out as Prometheus has them, each bucket with those before it. */
export class Buckets implements Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  readonly #labels: string;
  #sum = 0;

  constructor(bounds: readonly number[], labels: string) {
    this.#bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
    this.#labels = labels;
  }

  observe(value: number): void {
    const found = this.#bounds.findIndex((bound) => value <= bound);
    const at = found < 0 ? this.#bounds.length : found;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#sum += value;
  }

  /** What was counted elsewhere, by the same bounds. */
  take(counts: readonly number[], sum: number): void {
    for (const [at, count] of counts.entries()) this.#counts[at] = count;
    this.#sum = sum;
  }

  samples(): Sample[] {
    let count = 0;
    const buckets = this.#counts.map((more, i) => {
      count += more;
      const bound = labelText({ le: String(this.#bounds[i] ?? '+Inf') });
      return { suffix: '_bucket', labels: this.#labels ? `${this.#labels},${bound}` : bound, value: count };
    });
    const total = (suffix: string, value: number) => ({ suffix, labels: this.#labels, value });
    return [...buckets, total('_sum', this.#sum), total('_count', count)];
  }
}
