/** When a row of probe results changes what is believed. Pure. */

export interface ProbeThresholds {
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
}

export interface Judgement {
  /** Undefined until either threshold was reached once. */
  readonly healthy: boolean | undefined;
  readonly successes: number;
  readonly failures: number;
}

export const UNJUDGED: Judgement = { healthy: undefined, successes: 0, failures: 0 };

export function judge(before: Judgement, succeeded: boolean, thresholds: ProbeThresholds): Judgement {
  const { successThreshold = 1, failureThreshold = 3 } = thresholds;
  const successes = succeeded ? before.successes + 1 : 0;
  const failures = succeeded ? 0 : before.failures + 1;
  const healthy = successes >= successThreshold ? true : failures >= failureThreshold ? false : before.healthy;
  return { healthy, successes, failures };
}
