import type { Ejection } from '#plan/index.ts';
import type { DesiredService } from '../apply/desired.ts';

/** A policy's ejection as the kernel takes it. */
export function limitsOf(ejection: Ejection | undefined): Pick<DesiredService, 'limits'> {
  if (!ejection) return {};
  const { consecutiveFailures: failures, baseSeconds, maxPercent: percent, resets } = ejection;
  return { limits: { failures, percent, resets: resets ? 1 : 0, baseMs: baseSeconds * 1000 } };
}
