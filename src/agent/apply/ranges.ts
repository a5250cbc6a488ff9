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
  readonly #size: number;
  readonly #clock: Clock;
  /** Free runs by first entry, never touching one another. */
  #free: Run[];
  #resting: { run: Run; until: number }[] = [];

  /**
   * @param size entries of the map
   * @param taken what the kernel holds already
   */
  constructor(table: string, size: number, clock: Clock, taken: readonly Run[] = []) {
    this.#table = table;
    this.#size = size;
    this.#clock = clock;
    this.#free = between(taken, size);
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

  /** Entries that cannot be taken, those that rest among them. */
  get used(): number {
    return this.#size - this.#free.reduce((sum, { count }) => sum + count, 0);
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

/** What is left of a table between the runs that are taken. */
function between(taken: readonly Run[], size: number): Run[] {
  const free: Run[] = [];
  let next = 0;
  for (const { first, count } of [...taken.toSorted((a, b) => a.first - b.first), { first: size, count: 0 }]) {
    if (first > next) free.push({ first: next, count: first - next });
    next = Math.max(next, first + count);
  }
  return free;
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
