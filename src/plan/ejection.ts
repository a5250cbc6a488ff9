import type { CalledAs, Ejection, TrafficPolicy } from './model.ts';

export const DEFAULT_EJECTION: Ejection = { consecutiveFailures: 3, baseSeconds: 5, maxPercent: 50, resets: false };

/** @returns nothing for a name that no policy governs and that means what it means in Kubernetes */
export function ejectionFor(calledAs: CalledAs, policy?: TrafficPolicy): Ejection | undefined {
  if (policy?.appliesTo.includes(calledAs)) return policy.ejection;
  return calledAs === 'Service' ? undefined : DEFAULT_EJECTION;
}
