/** Whether and when an ended container runs again. Pure. */
import type { PodSpec } from '#sandbox/workloads/index.ts';

const FIRST_MS = 10_000;
const LONGEST_MS = 300_000;

export function restarts(policy: PodSpec['restartPolicy'], exitCode: number): boolean {
  return policy === 'Never' ? false : policy === 'OnFailure' ? exitCode !== 0 : true;
}

/** At once the first time, then after 10 s, 20 s, … 5 min. @param restartCount how often it was started again before */
export function backOffMs(restartCount: number): number {
  return restartCount === 0 ? 0 : Math.min(LONGEST_MS, FIRST_MS * 2 ** (restartCount - 1));
}
