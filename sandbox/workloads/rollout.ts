/** How many pods each ReplicaSet of a Deployment should have next. Pure. */
import type { IntOrPercent } from './kinds.ts';

export interface Share {
  readonly name: string;
  /** As its spec asks for. */
  readonly replicas: number;
  /** Pods that are available now. */
  readonly available: number;
}

export interface RolloutState {
  readonly desired: number;
  readonly strategy: 'RollingUpdate' | 'Recreate';
  /** Pods above and below the desired number that may be there meanwhile. */
  readonly maxSurge: number;
  readonly maxUnavailable: number;
  readonly current: Share;
  /** Earlier ones, oldest first. */
  readonly old: readonly Share[];
  /** Pods of earlier ones that are still there, the ending ones too. */
  readonly oldPods: number;
}

/**
 * One step: first up as far as the surge goes, then down as far as availability allows.
 * @returns wanted replicas by name, only of those that change
 */
export function rolloutStep(state: RolloutState): ReadonlyMap<string, number> {
  const { current, old, desired } = state;
  const changes = new Map<string, number>();
  const up = state.strategy === 'Recreate' ? recreated(state) : surged(state);
  if (up !== current.replicas) changes.set(current.name, up);
  if (state.strategy === 'Recreate') {
    for (const share of old) if (share.replicas > 0) changes.set(share.name, 0);
    return changes;
  }
  // Counted with what is there now: new pods are not available before they are.
  const available = current.available + sum(old, (share) => share.available);
  let surplus = available - (desired - state.maxUnavailable);
  for (const share of old) {
    // Those that never became available cost nothing.
    const unavailable = Math.max(0, share.replicas - share.available);
    const down = Math.min(share.replicas, unavailable + Math.max(0, Math.min(surplus, share.available)));
    surplus -= Math.max(0, down - unavailable);
    if (down > 0) changes.set(share.name, share.replicas - down);
  }
  return changes;
}

function recreated({ current, desired, old, oldPods }: RolloutState): number {
  const isEmpty = oldPods === 0 && old.every((share) => share.replicas === 0);
  return isEmpty ? desired : Math.min(current.replicas, desired);
}

function surged({ current, old, desired, maxSurge }: RolloutState): number {
  if (current.replicas >= desired) return desired;
  const total = current.replicas + sum(old, (share) => share.replicas);
  const room = Math.max(0, desired + maxSurge - total);
  return Math.min(desired, current.replicas + room);
}

/** A share of surge is rounded up, one of unavailability down; both 0 would be a standstill. */
export function rolloutBounds(
  desired: number,
  { maxSurge = '25%', maxUnavailable = '25%' }: { maxSurge?: IntOrPercent; maxUnavailable?: IntOrPercent } = {},
): { readonly maxSurge: number; readonly maxUnavailable: number } {
  const surge = resolved(maxSurge, desired, Math.ceil);
  const unavailable = resolved(maxUnavailable, desired, Math.floor);
  return { maxSurge: surge, maxUnavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

function resolved(value: IntOrPercent, of: number, round: (share: number) => number): number {
  if (typeof value === 'number') return value;
  return value.endsWith('%') ? round((Number(value.slice(0, -1)) * of) / 100) : Number(value);
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
