/** Holds what passes for a while, and lets it go in the order in which it came. */
import type { Clock } from '#kit/index.ts';

/** How a link is slow, one way. */
export interface Slowness {
  readonly byMs: number;
  /** Each is held for so much more or less, evenly distributed. */
  readonly jitterMs: number;
  /** Of what passes, chosen by chance. */
  readonly lossPercent: number;
}

/** What comes beyond this is lost. */
export const HELD_MOST = 5_000;

/** @param pass called for each that is let go. @returns takes one */
export function holding<T>(
  { byMs, jitterMs, lossPercent }: Slowness,
  clock: Clock,
  pass: (one: T) => void,
): (one: T) => void {
  const held: { readonly one: T; readonly due: number }[] = [];

  function letGo(): void {
    const now = clock.monotonic();
    const waiting = held.findIndex(({ due }) => due > now);
    for (const { one } of held.splice(0, waiting < 0 ? held.length : waiting)) pass(one);
    if (held.length > 0) waitForFirst();
  }

  /** Timers count whole milliseconds, and none may be early. */
  function waitForFirst(): void {
    clock.after(Math.ceil((held[0]?.due ?? 0) - clock.monotonic()), letGo);
  }

  return (one) => {
    if (held.length >= HELD_MOST || clock.random() * 100 < lossPercent) return;
    const due = clock.monotonic() + byMs + jitterMs * (2 * clock.random() - 1);
    held.push({ one, due: Math.max(due, held.at(-1)?.due ?? 0) });
    if (held.length === 1) waitForFirst();
  };
}
