/**
 * Hands out runs of neighbouring entries of an array map. A freed run rests before it is used again, so that a program that
 * still holds it reads what it expects.
 */
import { type Clock, SealaneError } from '#kit/index.ts';

export interface Run {
  readonly first: number;
  readonly count: number;
}

/** Longer than any run of a program, by far. */
const REST_MS = 10_000;

export class Ranges {
  readonly #table: string;
  readonly #clock: Clock;
  /** Free runs by first entry, never touching one another. */
  #free: Run[];
  #resting: { run: Run; until: number }[] = [];

  /** @param size entries of the map */
  constructor(table: string, size: number, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
    this.#free = [{ first: 0, count: size }];
  }

  /** @throws `agent/table-full` */
  take(count: number): Run {
    if (count === 0) return { first: 0, count: 0 };
    this.#wake();
    const at = this.#free.findIndex((run) => run.count >= count);
    const found = this.#free[at];
    if (!found)
      throw new SealaneError('agent/table-full', `place ${count} entries in ${this.#table}: the table is full`);
    const rest = { first: found.first + count, count: found.count - count };
    this.#free.splice(at, 1, ...(rest.count > 0 ? [rest] : []));
    return { first: found.first, count };
  }

  /** Marks a run that the kernel holds already. */
  reserve(run: Run): void {
    if (run.count === 0) return;
    this.#free = this.#free.flatMap((free) => without(free, run));
  }

  /** The run may be used again after a rest. */
  release(run: Run): void {
    if (run.count > 0) this.#resting.push({ run, until: this.#clock.monotonic() + REST_MS });
  }

  #wake(): void {
    const now = this.#clock.monotonic();
    const ready = this.#resting.filter((entry) => entry.until <= now);
    if (ready.length === 0) return;
    this.#resting = this.#resting.filter((entry) => entry.until > now);
    this.#free = joined([...this.#free, ...ready.map((entry) => entry.run)]);
  }
}

function without(free: Run, taken: Run): Run[] {
  const end = free.first + free.count;
  const takenEnd = taken.first + taken.count;
  if (takenEnd <= free.first || taken.first >= end) return [free];
  return [
    { first: free.first, count: Math.max(0, taken.first - free.first) },
    { first: takenEnd, count: Math.max(0, end - takenEnd) },
  ].filter((run) => run.count > 0);
}

function joined(runs: Run[]): Run[] {
  const out: Run[] = [];
  for (const run of runs.toSorted((a, b) => a.first - b.first)) {
    const last = out.at(-1);
    if (last && last.first + last.count === run.first) {
      out[out.length - 1] = { first: last.first, count: last.count + run.count };
    } else out.push(run);
  }
  return out;
}
