/** Time and chance enter here and nowhere else, so that a simulation can own both. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. */
  now(): number;
  /** Never goes back, milliseconds; processes of one machine agree on it until that starts anew. */
  monotonic(): number;
  /** In [0, 1). */
  random(): number;
  /** Runs once after `ms`; the returned function cancels it. Does not keep a process alive by itself when `background`. */
  after(ms: number, run: () => void, options?: { background?: boolean }): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
  random: () => Math.random(),
  after(ms, run, { background = false } = {}) {
    const timer = setTimeout(run, ms);
    if (background) timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Runs `run` every `ms` until the returned function is called; the next wait starts when a run has ended. */
export function every(clock: Clock, ms: number, run: () => void | Promise<void>): () => void {
  let stopped = false;
  let cancel = () => {};
  const next = () => {
    if (!stopped) cancel = clock.after(ms, () => void Promise.resolve(run()).finally(next));
  };
  next();
  return () => {
    stopped = true;
    cancel();
  };
}

/** Work that never waits leaves the event loop to others after this long. */
export const TURN_MS = 20;

/** The same items; between two of them the event loop turns now and then, so that many of them keep nothing else waiting. */
export async function* inTurns<T>(items: Iterable<T>, clock: Clock): AsyncGenerator<T> {
  let turned = clock.monotonic();
  for (const item of items) {
    if (clock.monotonic() - turned > TURN_MS) {
      await sleep(clock, 0);
      turned = clock.monotonic();
    }
    yield item;
  }
}

/** Resolves after `ms`, or at once when the signal fires. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', stop);
      resolve();
    });
    const stop = () => {
      cancel();
      resolve();
    };
    signal?.addEventListener('abort', stop, { once: true });
  });
}

export interface Waits {
  /** Milliseconds. */
  readonly first: number;
  readonly most: number;
}

/** How long to wait after so many waits before: doubled each time. */
export function doubled({ first, most }: Waits, before: number): number {
  return Math.min(most, first * 2 ** before);
}

/** RFC 3339 with whole seconds, as Kubernetes writes times. */
export function timestamp(clock: Clock): string {
  return new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** RFC 3339 with microseconds, as `Lease.spec.renewTime` is written. */
export function microTimestamp(clock: Clock): string {
  return new Date(clock.now()).toISOString().replace('Z', '000Z');
}

/** A version 4 UUID. Tells things apart; no secret. */
export function uuid(clock: Clock): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(clock.random() * 16).toString(16));
  digits[12] = '4';
  digits[16] = '89ab'.charAt(Math.floor(clock.random() * 4));
  return digits.join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
