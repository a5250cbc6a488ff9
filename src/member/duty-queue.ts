/**
 * The work queue of one duty. Losing a race against our own stale cache is no failure: look again shortly, and less often the longer
 * it stays behind: the server has much to do then, and what the cache learns has the key looked at anyway.
 */
import { createQueue, doubled, isFault, type Queue } from '#kit/index.ts';
import { depthMetric, tryMetrics } from '#observe/index.ts';
import type { MemberSettings } from './options.ts';

const AGAIN_MS = { first: 30, most: 1_000 };
const WORKERS = 8;

export interface DutyQueue extends Queue {
  /** Keys whose last tries did not succeed, and how many: `idle` does not wait for their next one. */
  readonly unfinished: ReadonlyMap<string, number>;
}

export function dutyQueue(
  duty: string,
  { clock, log, metrics }: Pick<MemberSettings, 'clock' | 'log' | 'metrics'>,
  work: (key: string) => Promise<void>,
): DutyQueue {
  const unfinished = new Map<string, number>();
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
        const times = unfinished.get(key) ?? 0;
        unfinished.set(key, times + 1);
        if (!isFault(error, 'kube/conflict') && !isFault(error, 'kube/exists')) throw error;
        queue.addAfter(key, doubled(AGAIN_MS, times));
      }
    },
  });
  depthMetric(metrics, duty, queue);
  return { ...queue, unfinished };
}
