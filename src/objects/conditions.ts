import type { Condition } from './meta.ts';

/**
 * The list with one condition set. `lastTransitionTime` moves only when the status does; the very same list comes back
 * when nothing changed, so that a caller can tell.
 *
 * @param now RFC 3339, from `timestamp(clock)`
 */
export function setCondition(
  conditions: readonly Condition[] | undefined,
  condition: Omit<Condition, 'lastTransitionTime'>,
  now: string,
): readonly Condition[] {
  const list = conditions ?? [];
  const at = list.findIndex(({ type }) => type === condition.type);
  const old = list[at];
  if (!old) return [...list, { ...condition, lastTransitionTime: now }];
  if (isSame(old, condition)) return list;
  const lastTransitionTime = old.status === condition.status ? old.lastTransitionTime : now;
  return list.with(at, { ...condition, lastTransitionTime });
}

function isSame(
  old: Condition,
  { status, reason, message, observedGeneration }: Omit<Condition, 'lastTransitionTime'>,
) {
  return (
    old.status === status &&
    old.reason === reason &&
    old.message === message &&
    old.observedGeneration === observedGeneration
  );
}

export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}
