/** The work queue of one duty. Losing a race against our own stale cache is no failure: look again shortly. */
import { createQueue, isFault, type Queue } from '#kit/index.ts';
import { depthMetric, tryMetrics } from '#observe/index.ts';
import type { MemberSettings } from './options.ts';

const AGAIN_MS = 30;
const WORKERS = 8;

export interface DutyQueue extends Queue {
  /** Keys whose last try did not succeed: `idle` does not wait for their next one. */
  readonly unfinished: ReadonlySet<string>;
}

export function dutyQueue(
  duty: string,
  { clock, log, metrics }: Pick<MemberSettings, 'clock' | 'log' | 'metrics'>,
  work: (key: string) => Promise<void>,
): DutyQueue {
  const unfinished = new Set<string>();
  const queue = createQueue({
    clock,
    log: log.child({ duty }),
    workers: WORKERS,
    retryMs: 100,
    maxRetryMs: 2_000,
    onTry: tryMetrics(metrics, duty),
    async work(key) {
      try {
        await work(key);
        unfinished.delete(key);
      } catch (error) {
        unfinished.add(key);
        if (!isFault(error, 'kube/conflict') && !isFault(error, 'kube/exists')) throw error;
        queue.addAfter(key, AGAIN_MS);
      }
    },
  });
  depthMetric(metrics, duty, queue);
  return { ...queue, unfinished };
}
