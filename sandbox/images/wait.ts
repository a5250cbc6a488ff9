import { systemClock } from '#kit/index.ts';
import { untilTold } from './until-told.ts';

/** A timer keeps the process; signals alone would not. */
const DAY_MS = 86_400_000;

/** Does nothing, until told to end. */
export async function wait(): Promise<number> {
  let cancel = () => {};
  const stay = () => {
    cancel = systemClock.after(DAY_MS, stay);
  };
  stay();
  await untilTold();
  cancel();
  return 0;
}
