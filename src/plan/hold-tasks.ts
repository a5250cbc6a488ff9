import { type EvictionTask, TAINT_UNTOLERATED } from '#api/index.ts';

/**
 * What a change of a binding is turned into while it is admitted: an eviction that a taint asks for, and that was not there before, is
 * held. Only as it is made: whatever was decided of it later stays. Karmada takes no grace period beside a hold.
 *
 * @param atOnce whether this cluster is evicted without waiting
 */
export function holdTasks(
  before: readonly EvictionTask[],
  after: readonly EvictionTask[],
  atOnce: (cluster: string) => boolean = () => false,
): readonly EvictionTask[] {
  const known = new Set(before.map(({ fromCluster }) => fromCluster));
  return after.map((task) => {
    const { fromCluster, reason, suppressDeletion, gracePeriodSeconds: _, ...rest } = task;
    const isNew = !known.has(fromCluster) && suppressDeletion === undefined;
    if (!isNew || reason !== TAINT_UNTOLERATED || atOnce(fromCluster)) return task;
    return { fromCluster, reason, ...rest, suppressDeletion: true };
  });
}
