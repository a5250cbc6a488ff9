/**
 * One process of the product: a clock of its own, with a skew, that stops when the process is killed and stands still while it is
 * stalled. Whatever reaches the process goes through `deliver`, so that nothing runs in a dead one.
 */
import type { Clock } from '#kit/index.ts';
import type { Random } from '../time/random.ts';
import type { VirtualTime } from '../time/virtual-time.ts';

/** 2026-01-01. */
const EPOCH_MS = 1_767_225_600_000;

/** What a wall clock is off by; shared by the processes of one machine, may change while they run. */
export interface Skew {
  ms: number;
}

export class SimProcess {
  readonly name: string;
  /** The cluster it runs in. */
  readonly site: string;
  readonly clock: Clock;
  readonly #time: VirtualTime;
  #alive = true;
  #stalledUntil = 0;
  readonly #onDeath = new Set<() => void>();

  constructor(name: string, site: string, time: VirtualTime, random: Random, skew: Skew) {
    this.name = name;
    this.site = site;
    this.#time = time;
    this.clock = {
      now: () => Math.round(EPOCH_MS + time.now + skew.ms),
      monotonic: () => time.now,
      random: () => random.next(),
      // As Node's: whole milliseconds, at least one.
      after: (ms, run) => time.after(Math.max(1, Math.trunc(ms)), () => this.deliver(run)),
    };
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Runs it in this process: now, when it stirs again, or never. */
  deliver(run: () => void): void {
    if (!this.#alive) return;
    if (this.#time.now >= this.#stalledUntil) return run();
    this.#time.after(this.#stalledUntil - this.#time.now, () => this.deliver(run));
  }

  stall(ms: number): void {
    this.#stalledUntil = Math.max(this.#stalledUntil, this.#time.now + ms);
  }

  /** As `kill -9`: nothing of it runs any more, its connections are closed by the kernel. */
  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    for (const react of this.#onDeath) react();
    this.#onDeath.clear();
  }

  /** @returns unsubscribe */
  onDeath(react: () => void): () => void {
    this.#onDeath.add(react);
    return () => this.#onDeath.delete(react);
  }
}
