/**
 * A work queue of keys, level-based: a key added many times while waiting is worked on once; a key added while it is
 * being worked on is worked on again afterwards. A failure is retried with exponential back-off and logged once here.
 */
import type { Clock } from './clock.ts';
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
}

export interface Queue {
  add(key: string): void;
  addAfter(key: string, ms: number): void;
  /** Resolves when nothing is waiting or being worked on. */
  idle(): Promise<void>;
  stop(): void;
}

export function createQueue(options: QueueOptions): Queue {
  const { clock, log, work, retryMs = 100, maxRetryMs = 30_000, workers = 1 } = options;
  const waiting = new Set<string>();
  const active = new Set<string>();
  const failures = new Map<string, number>();
  const timers = new Map<string, () => void>();
  let watchers: (() => void)[] = [];
  let stopped = false;

  const add = (key: string) => {
    if (stopped) return;
    waiting.add(key);
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
    for (const key of waiting) {
      if (active.size >= workers) return;
      if (active.has(key)) continue;
      waiting.delete(key);
      active.add(key);
      void run(key);
    }
    if (waiting.size + active.size === 0) watchers = watchers.splice(0).filter((wake) => (wake(), false));
  }

  async function run(key: string) {
    try {
      await work(key);
      failures.delete(key);
    } catch (error) {
      const times = (failures.get(key) ?? 0) + 1;
      failures.set(key, times);
      log.warn({ key, times, err: error }, 'work failed, will be tried again');
      addAfter(key, Math.min(maxRetryMs, retryMs * 2 ** (times - 1)));
    }
    active.delete(key);
    if (!stopped) startWaiting();
  }

  return {
    add,
    addAfter,
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
