import { type Clock, doubled } from '#kit/index.ts';

const RETRY_MS = { first: 50, most: 2_000 };

/** Fast first, doubling to 2 s, with jitter so that not everybody comes back at once. @param failures so far */
export function retryDelay(failures: number, clock: Clock): number {
  const ceiling = doubled(RETRY_MS, failures);
  return ceiling / 2 + (clock.random() * ceiling) / 2;
}
