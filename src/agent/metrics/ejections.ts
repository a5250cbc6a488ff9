/**
 * Which backends the kernel has ejected. Its entries come and go by themselves, so what is counted is how much each has grown from one
 * look to the next; what was there before the first look is an earlier process's.
 */
import type { Health, tables, Table } from '#kernel/index.ts';
import type { PlacedEntry } from '../duties/connect.ts';

type HealthKey = typeof tables.health extends Table<infer K, unknown> ? K : never;

export interface Ejected {
  /** Backends that take no connections now. */
  readonly backends: number;
  /** Since the first look. */
  readonly ejections: number;
}

export class Ejections {
  readonly #seen = new Map<string, number>();
  readonly #totals = new Map<string, number>();
  #isFirst = true;

  /**
   * @param now CLOCK_MONOTONIC, nanoseconds
   * @returns by `namespace/name cluster`, those that have ever been looked at only
   */
  read(
    entries: Iterable<readonly [HealthKey, Health]>,
    placed: Iterable<PlacedEntry>,
    now: bigint,
  ): Map<string, Ejected> {
    const names = namesByGroup(placed);
    const ejected = new Map<string, number>();
    for (const [{ addr, port, group }, { until, ejections }] of entries) {
      const name = names.get(group);
      if (name === undefined) continue;
      if (until > now) ejected.set(name, (ejected.get(name) ?? 0) + 1);
      this.#count(name, `${addr} ${port} ${group}`, Number(ejections));
    }
    this.#isFirst = false;
    return new Map(
      [...this.#totals].map(([name, total]) => [name, { backends: ejected.get(name) ?? 0, ejections: total }]),
    );
  }

  #count(name: string, backend: string, times: number): void {
    const before = this.#seen.get(backend) ?? (this.#isFirst ? times : 0);
    this.#seen.set(backend, times);
    // Fewer than before: the kernel has forgotten it meanwhile, and begun anew.
    const more = times < before ? times : times - before;
    this.#totals.set(name, (this.#totals.get(name) ?? 0) + more);
  }
}

function namesByGroup(placed: Iterable<PlacedEntry>): Map<number, string> {
  const names = new Map<number, string>();
  for (const { owner, clusters } of placed)
    for (const [group, cluster] of clusters) if (owner?.includes('/')) names.set(group, `${owner} ${cluster}`);
  return names;
}
