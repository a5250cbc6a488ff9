import type { Clock } from '#kit/index.ts';

/** Runs at once, and then at most once in `ms`: what is asked for meanwhile is done once, at the end of it. */
export function atMostEvery(clock: Clock, ms: number, run: () => void): { ask(): void; stop(): void } {
  let last = -Infinity;
  let cancel: (() => void) | undefined;
  const now = () => {
    cancel = undefined;
    last = clock.monotonic();
    run();
  };
  return {
    ask() {
      const wait = last + ms - clock.monotonic();
      if (wait <= 0 && !cancel) now();
      else cancel ??= clock.after(wait, now);
    },
    stop: () => cancel?.(),
  };
}
