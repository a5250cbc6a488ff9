import type { Log } from '#kit/index.ts';

export interface Later {
  /** Runs once after the change at hand has been told to everybody, however often it is asked for under this key. */
  (key: string, run: () => void): void;
}

/**
 * A duty reacts to writes but is no part of them: what goes wrong in it is logged, and neither fails the request nor ends
 * the server. Its work is found again at the next change, or at the next start.
 */
export function createLater(log: Log, duty: string): Later {
  const waiting = new Map<string, () => void>();
  const runAll = () => {
    const runs = [...waiting];
    waiting.clear();
    for (const [key, run] of runs) attempt(key, run);
  };
  function attempt(key: string, run: () => void) {
    try {
      run();
    } catch (error) {
      log.error({ err: error, duty, key }, 'duty failed');
    }
  }
  return (key, run) => {
    if (waiting.size === 0) queueMicrotask(runAll);
    waiting.set(key, run);
  };
}
