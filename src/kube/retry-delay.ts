import type { Clock } from '#kit/index.ts';

const FIRST_MS = 50;
const MAX_MS = 2_000;

/** Fast first, doubling to 2 s, with jitter so that not everybody comes back at once. @param failures so far */
export function retryDelay(failures: number, clock: Clock): number {
  const ceiling = Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return ceiling / 2 + (clock.random() * ceiling) / 2;
}
