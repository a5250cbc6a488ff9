/** For tests. */
import { type Clock, sleep, systemClock } from '#kit/index.ts';

/** Time, both kinds of it 0 at first, that passes when it is told to. What its timers start has ended when `pass` resolves. */
export function standingClock(): { readonly clock: Clock; pass: (ms: number) => Promise<void> } {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const clock: Clock = {
    ...systemClock,
    now: () => now,
    monotonic: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
  async function pass(ms: number): Promise<void> {
    const until = now + ms;
    for (;;) {
      const due = [...timers].filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0];
      if (!due) break;
      timers.delete(due);
      now = Math.max(now, due.at);
      due.run();
      await sleep(systemClock, 0);
    }
    now = until;
  }
  return { clock, pass };
}
