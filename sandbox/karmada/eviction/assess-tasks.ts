/** The graceful eviction controller: which tasks are kept (karmada-io/karmada, pkg/controllers/gracefuleviction). Pure. */
import type { EvictionTask } from '#api/index.ts';
import { findCondition } from '#objects/index.ts';
import type { ResourceBinding } from '../types.ts';

/** `--graceful-eviction-timeout`. */
const TIMEOUT_MS = 600_000;

export interface Assessment {
  readonly tasks: readonly EvictionTask[];
  /** When the next one is too old, in milliseconds from now. */
  readonly againMs: number | undefined;
}

/**
 * A task is dropped when `suppressDeletion` is false, never when it is true; when it is older than its grace period; or when everything
 * is scheduled and healthy where it is now. The first look only notes when that was.
 */
export function assessTasks(binding: ResourceBinding, now: number): Assessment {
  const settled = isScheduled(binding) && (binding.spec.clusters ?? []).every(({ name }) => isHealthy(binding, name));
  const kept = (binding.spec.gracefulEvictionTasks ?? []).flatMap((task) => {
    if (task.creationTimestamp === undefined) return [{ ...task, creationTimestamp: stamp(now) }];
    if (task.suppressDeletion !== undefined) return task.suppressDeletion ? [task] : [];
    return settled || leftOf(task, now) <= 0 ? [] : [task];
  });
  const waits = kept.filter(({ suppressDeletion }) => suppressDeletion === undefined).map((task) => leftOf(task, now));
  return { tasks: kept, againMs: waits.length === 0 ? undefined : Math.min(...waits) };
}

function leftOf({ creationTimestamp = '', gracePeriodSeconds }: EvictionTask, now: number): number {
  return (
    Date.parse(creationTimestamp) + (gracePeriodSeconds === undefined ? TIMEOUT_MS : 1000 * gracePeriodSeconds) - now
  );
}

function isScheduled({ metadata, status = {} }: ResourceBinding): boolean {
  const scheduled = findCondition(status.conditions, 'Scheduled')?.status === 'True';
  return scheduled && status.schedulerObservedGeneration === metadata.generation;
}

function isHealthy({ status = {} }: ResourceBinding, cluster: string): boolean {
  return status.aggregatedStatus?.find(({ clusterName }) => clusterName === cluster)?.health === 'Healthy';
}

/** RFC 3339 to the second, as Kubernetes writes it. */
function stamp(now: number): string {
  return new Date(now).toISOString().replace(/\.\d+/, '');
}
