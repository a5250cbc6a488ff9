/** Which changes of conditions a person must know of, beyond those who look at the conditions. Pure. */
import type { Happening } from '#kube/index.ts';
import type { Condition } from '#objects/index.ts';
import type { Judgement } from './with-conditions.ts';

/** The status that means trouble. */
const TROUBLE: Readonly<Record<string, Condition['status']>> = {
  Conflict: 'True',
  Valid: 'False',
  Accepted: 'False',
  TargetsResolved: 'False',
};

/** Trouble that begins or is another than before, and trouble that is over. */
export function happenings(before: readonly Condition[] | undefined, now: readonly Judgement[]): Happening[] {
  return now.flatMap(({ type, status, reason, message }) => {
    const old = before?.find((condition) => condition.type === type);
    const [was, is] = [old?.status === TROUBLE[type], status === TROUBLE[type]];
    if (TROUBLE[type] === undefined) return [];
    if (is && !(was && old?.reason === reason && old?.message === message)) return { type: 'Warning', reason, message };
    return was && old && !is ? { type: 'Normal', reason, message } : [];
  });
}
