/** Waits for a condition with a deadline; a test never sleeps for a fixed time. */
import { sleep, systemClock } from '#kit/index.ts';

export async function until(what: string, test: () => boolean, ms = 15_000): Promise<void> {
  const deadline = systemClock.monotonic() + ms;
  while (!test()) {
    if (systemClock.monotonic() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
    await sleep(systemClock, 5);
  }
}
