/** Short questions about pods. Pure. */
import type { Pod } from './kinds.ts';

export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

export function isOver(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Neither ended nor on its way out. */
export function isActive(pod: Pod): boolean {
  return !isOver(pod) && pod.metadata.deletionTimestamp === undefined;
}

/**
 * How long until a ready pod counts as available.
 *
 * @param now milliseconds since 1970
 * @returns milliseconds, 0 when it does already; undefined when it is not ready
 */
export function availableIn(pod: Pod, minReadySeconds: number, now: number): number | undefined {
  if (!isReady(pod)) return undefined;
  const since = pod.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;
  if (minReadySeconds === 0 || since === undefined) return 0;
  return Math.max(0, Date.parse(since) + minReadySeconds * 1000 - now);
}
