import type { Condition } from '#objects/index.ts';

export type Judgement = Omit<Condition, 'lastTransitionTime'>;

/**
 * The condition list after these judgements: times change with the status only, conditions of others stay.
 *
 * @param gone types of ours that no longer apply
 * @returns undefined when nothing differs
 */
export function withConditions(
  before: readonly Condition[] | undefined,
  judgements: readonly Judgement[],
  now: string,
  gone: readonly string[] = [],
): Condition[] | undefined {
  const old = before ?? [];
  const ours = new Set([...judgements.map(({ type }) => type), ...gone]);
  const next = [
    ...old.filter(({ type }) => !ours.has(type)),
    ...judgements.map((judgement) =>
      timed(
        old.find(({ type }) => type === judgement.type),
        judgement,
        now,
      ),
    ),
  ];
  const same = next.length === old.length && next.every((one) => old.some((other) => equal(one, other)));
  return same ? undefined : next;
}

function timed(before: Condition | undefined, judgement: Judgement, now: string): Condition {
  const lastTransitionTime = before?.status === judgement.status ? before.lastTransitionTime : now;
  return { ...judgement, lastTransitionTime };
}

function equal(a: Condition, b: Condition): boolean {
  return (
    a.type === b.type &&
    a.status === b.status &&
    a.reason === b.reason &&
    a.message === b.message &&
    a.observedGeneration === b.observedGeneration
  );
}
