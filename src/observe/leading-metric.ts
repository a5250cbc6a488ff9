import type { Metrics } from './metrics.ts';

/** What is done while leading, seen from outside. */
export function leadingMetric(
  metrics: Metrics,
  run: (term: AbortSignal) => Promise<void>,
): (term: AbortSignal) => Promise<void> {
  let leading = false;
  metrics.gauge('sealane_leading', {}, () => Number(leading));
  return async (term) => {
    leading = true;
    try {
      await run(term);
    } finally {
      leading = false;
    }
  };
}
