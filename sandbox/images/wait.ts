import { once } from 'node:events';
import { systemClock } from '#kit/index.ts';

/** A timer keeps the process; signals alone would not. */
const DAY_MS = 86_400_000;

/** Does nothing, until told to end. */
export async function wait(): Promise<number> {
  let cancel = () => {};
  const stay = () => {
    cancel = systemClock.after(DAY_MS, stay);
  };
  stay();
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  cancel();
  return 0;
}
