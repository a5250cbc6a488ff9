/**
 * A work queue of keys, level-based: a key added many times while waiting is worked on once; a key added while it is
 * being worked on is worked on again afterwards. A failure is retried with exponential back-off and logged once here.
 * Work that never waits for anything still leaves room for others: the event loop turns between two keys now and then.
 */
import { type Clock, doubled, TURN_MS } from './clock.ts';
import type { Log } from './log.ts';

export interface QueueOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly work: (key: string) => Promise<void>;
  /** First retry after this long; doubles up to `maxRetryMs`. */
  readonly retryMs?: number;
  readonly maxRetryMs?: number;
  /** Keys worked on at the same time; a key is never worked on twice at once. */
  readonly workers?: number;
  /** Told of every try. */
  readonly onTry?: (run: Try) => void;
}

export interface Try {
  /** From when the key was added, or its time had come. */
  readonly waitedMs: number;
  readonly tookMs: number;
  readonly failed: boolean;
}

export interface Queue {
  add(key: string): void;
  addAfter(key: string, ms: number): void;
  /** Keys that wait, those not counted whose time has not come. */
  depth(): number;
  /** Resolves when nothing is waiting or being worked on. */
  idle(): Promise<void>;
  stop(): void;
}

export function createQueue(options: QueueOptions): Queue {
  const { clock, log, work, retryMs = 100, maxRetryMs = 30_000, workers = 1, onTry } = options;
  /** Since when, by key. */
  const waiting = new Map<string, number>();
  const active = new Set<string>();
  const failures = new Map<string, number>();
  const timers = new Map<string, () => void>();
  let watchers: (() => void)[] = [];
  let stopped = false;
  let turnedAt = clock.monotonic();
  let turning = false;

  const add = (key: string) => {
    if (stopped) return;
    if (!waiting.has(key)) waiting.set(key, clock.monotonic());
    queueMicrotask(startWaiting);
  };

  const addAfter = (key: string, ms: number) => {
    timers.get(key)?.();
    timers.set(
      key,
      clock.after(ms, () => {
        timers.delete(key);
        add(key);
      }),
    );
  };

  function startWaiting() {
    for (const [key, since] of waiting) {
      if (active.size >= workers || turning) return;
      if (clock.monotonic() - turnedAt > TURN_MS) return turn();
      if (active.has(key)) continue;
      waiting.delete(key);
      active.add(key);
      void run(key, since);
    }
    if (waiting.size + active.size === 0) watchers = watchers.splice(0).filter((wake) => (wake(), false));
  }

  function turn() {
    turning = true;
    clock.after(0, () => {
      turning = false;
      turnedAt = clock.monotonic();
      if (!stopped) startWaiting();
    });
  }

  async function run(key: string, since: number) {
    const start = clock.monotonic();
    const failed = await attempt(key);
    onTry?.({ waitedMs: start - since, tookMs: clock.monotonic() - start, failed });
    active.delete(key);
    if (!stopped) startWaiting();
  }

  async function attempt(key: string): Promise<boolean> {
    try {
      await work(key);
      failures.delete(key);
      return false;
    } catch (error) {
      const before = failures.get(key) ?? 0;
      failures.set(key, before + 1);
      log.warn({ key, times: before + 1, err: error }, 'work failed, will be tried again');
      addAfter(key, doubled({ first: retryMs, most: maxRetryMs }, before));
      return true;
    }
  }

  return {
    add,
    addAfter,
    depth: () => waiting.size,
    idle: () =>
      waiting.size + active.size === 0 ? Promise.resolve() : new Promise((resolve) => watchers.push(resolve)),
    stop() {
      stopped = true;
      waiting.clear();
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}
