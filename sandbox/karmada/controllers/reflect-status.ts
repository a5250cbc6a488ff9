/** From the members back to the binding, and on to the template. */
import { timestamp } from '#kit/index.ts';
import { type Condition, deepEqual, keyOf, setCondition } from '#objects/index.ts';
import { bindingType, FIELD_MANAGER } from '../names.ts';
import { covers } from '../render/covers.ts';
import { aggregateStatus, type Reflected } from '../status/aggregate.ts';
import { healthOf } from '../status/health.ts';
import type { AggregatedItem, AnyObject, BindingStatus, ResourceBinding } from '../types.ts';
import type { Context } from './context.ts';
import type { Outcomes } from './dispatch.ts';
import type { WatchedKind } from './kinds.ts';

export interface StatusRequest {
  readonly template: AnyObject;
  readonly binding: ResourceBinding;
  /** Undefined: nothing was brought this time. */
  readonly outcomes: Outcomes | undefined;
  /** Why the policy is refused. */
  readonly problems: readonly string[];
}

const TO_STATUS = { subresource: 'status', fieldManager: FIELD_MANAGER } as const;

export async function reflectStatus(context: Context, kind: WatchedKind, request: StatusRequest): Promise<void> {
  const { template, binding } = request;
  const items = reflected(kind, request);
  const status = bindingStatus(items, request, timestamp(context.clock));
  if (!deepEqual(status, binding.status)) {
    await context.hub.patch(bindingType(binding.metadata.namespace), binding.metadata, { status }, TO_STATUS);
  }
  const wanted = aggregateStatus(template, items);
  if (wanted && !covers(template.status ?? {}, wanted)) {
    await context.hub.patch(kind.type, template.metadata, { status: wanted }, TO_STATUS);
  }
}

function reflected({ made }: WatchedKind, { template, binding, outcomes }: StatusRequest): Reflected[] {
  const before = binding.status?.aggregatedStatus ?? [];
  const { clusters = [], gracefulEvictionTasks = [] } = binding.spec;
  const there = [...clusters.map(({ name }) => name), ...gracefulEvictionTasks.map(({ fromCluster }) => fromCluster)];
  return [...new Set(there)].toSorted().map((clusterName) => {
    const object = made.get(clusterName)?.get(keyOf(template));
    const appliedMessage = outcomes?.get(clusterName);
    const known = before.find((item) => item.clusterName === clusterName);
    const applied = outcomes ? appliedMessage === undefined : (known?.applied ?? object !== undefined);
    return {
      clusterName,
      applied,
      ...(appliedMessage === undefined ? {} : { appliedMessage }),
      ...(object?.status ? { status: object.status } : {}),
      health: object ? healthOf(object) : ('Unknown' as const),
      ...(object ? { object } : {}),
    };
  });
}

function bindingStatus(items: readonly Reflected[], request: StatusRequest, now: string): BindingStatus {
  const { binding } = request;
  const conditions = [scheduled(request), fullyApplied(items)].reduce<readonly Condition[]>(
    (list, condition) => setCondition(list, condition, now),
    binding.status?.conditions ?? [],
  );
  return {
    conditions,
    schedulerObservedGeneration: binding.metadata.generation ?? 0,
    aggregatedStatus: items.map(withoutObject),
  };
}

function scheduled({ binding, problems }: StatusRequest): Omit<Condition, 'lastTransitionTime'> {
  const type = 'Scheduled';
  if (problems.length > 0) return { type, status: 'False', reason: 'Unsupported', message: problems.join('; ') };
  if ((binding.spec.clusters ?? []).length > 0) return { type, status: 'True', reason: 'Success', message: '' };
  return { type, status: 'False', reason: 'NoClusterFit', message: 'no cluster fits the placement' };
}

function fullyApplied(items: readonly Reflected[]): Omit<Condition, 'lastTransitionTime'> {
  const type = 'FullyApplied';
  const missing = items.filter(({ applied }) => !applied);
  if (items.length > 0 && missing.length === 0)
    return { type, status: 'True', reason: 'FullyAppliedSuccess', message: '' };
  const message = missing.map(({ clusterName, appliedMessage = 'not yet' }) => `${clusterName}: ${appliedMessage}`);
  return { type, status: 'False', reason: 'FullyAppliedFailed', message: message.join('; ') };
}

function withoutObject({ clusterName, status, applied, appliedMessage, health }: Reflected): AggregatedItem {
  return {
    clusterName,
    applied,
    ...(appliedMessage === undefined ? {} : { appliedMessage }),
    ...(status === undefined ? {} : { status }),
    health,
  };
}
