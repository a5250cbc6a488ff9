/**
 * How much work rules may do for one object. Each element that a rule looks at costs one; the time is watched too, since one
 * look can compare large values. Source of the idea, not of the numbers: CEL cost limits of Kubernetes.
 */
import type { Clock } from '#kit/index.ts';

const MAX_LOOKS = 1_000_000;
const MAX_MS = 1_000;
const LOOKS_BETWEEN = 1_024;

export class BudgetSpent extends Error {}

let left = 0;
let deadline = 0;
let now: Clock['monotonic'] = () => 0;

/** Evaluation is synchronous: one budget is in use at a time. */
export function withBudget<T>(clock: Pick<Clock, 'monotonic'>, run: () => T): T {
  left = MAX_LOOKS;
  now = () => clock.monotonic();
  deadline = now() + MAX_MS;
  return run();
}

/**
 * An error would not do: CEL's `all` and `exists` go on to the next element after one. Whatever meets a promise waits for it, so
 * that one that never comes ends the evaluation at once; it gives a promise back, or throws one, which {@link isSpent} knows.
 */
export function spendOne(): void {
  left -= 1;
  const isLate = left % LOOKS_BETWEEN === 0 && now() > deadline;
  if (!isLate && left >= 0) return;
  left = -1;
  // oxlint-disable-next-line only-throw-error -- see above
  throw new Promise(() => {});
}

export function isSpent(): boolean {
  return left < 0;
}
