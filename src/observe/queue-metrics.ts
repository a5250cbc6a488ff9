/** How work queues and watches come along. */
import type { Queue, Try } from '#kit/index.ts';
import type { Metrics } from './metrics.ts';

/** For the options of a queue. */
export function tryMetrics(metrics: Metrics, controller: string): (run: Try) => void {
  const duration = metrics.histogram('sealane_reconcile_duration_seconds', { controller });
  const wait = metrics.histogram('sealane_reconcile_wait_seconds', { controller });
  const errors = metrics.counter('sealane_reconcile_errors_total', { controller });
  return ({ waitedMs, tookMs, failed }) => {
    wait.observe(waitedMs / 1000);
    duration.observe(tookMs / 1000);
    if (failed) errors.add();
  };
}

export function depthMetric(metrics: Metrics, controller: string, queue: Pick<Queue, 'depth'>): void {
  metrics.gauge('sealane_queue_depth', { controller }, () => queue.depth());
}
