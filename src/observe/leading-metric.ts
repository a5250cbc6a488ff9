import type { Metrics } from './metrics.ts';

/** What is done while leading, seen from outside. */
export function leadingMetric(
  metrics: Metrics,
  run: (term: AbortSignal, holds: () => boolean) => Promise<void>,
): (term: AbortSignal, holds: () => boolean) => Promise<void> {
  let leading = false;
  metrics.gauge('sealane_leading', {}, () => Number(leading));
  return async (term, holds) => {
    leading = true;
    try {
      await run(term, holds);
    } finally {
      leading = false;
    }
  };
}
