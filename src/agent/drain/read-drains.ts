import type { MemberCluster } from '#api/index.ts';
import { drainedOf, drainsAny } from '#plan/index.ts';
import type { Drain } from './model.ts';

/** Drains that are going on, by the mirrors of the members. A deadline that is no time is none. */
export function readDrains(members: readonly MemberCluster[]): Drain[] {
  return members.flatMap(({ metadata, spec = {} }) => {
    const drained = drainedOf(spec);
    const deadline = Date.parse(spec.drainDeadline ?? '');
    if (spec.removed || !drainsAny(drained)) return [];
    return [
      {
        ...drained,
        member: metadata.name,
        generation: metadata.generation ?? 0,
        ...(!Number.isNaN(deadline) && { deadline }),
      },
    ];
  });
}
