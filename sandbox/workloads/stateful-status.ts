/** What a StatefulSet says of itself. Pure. */
import { type Condition, setCondition } from '#objects/index.ts';
import type { Pod, StatefulSet } from './kinds.ts';
import { availableIn, isActive, isReady } from './pod-state.ts';
import { revisionOf } from './stateful-pod.ts';

export interface StatefulCount {
  readonly set: StatefulSet;
  /** Its own, ending ones included. */
  readonly pods: readonly Pod[];
  readonly currentRevision: string;
  readonly updateRevision: string;
  /** Why nothing is done. */
  readonly refused: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

type Status = NonNullable<StatefulSet['status']>;

export function statefulStatus(count: StatefulCount): Status {
  const { set, pods, currentRevision, updateRevision, now } = count;
  const active = pods.filter(isActive);
  const of = (revision: string) => active.filter((pod) => revisionOf(pod) === revision).length;
  const isAvailable = (pod: Pod) => availableIn(pod, set.spec.minReadySeconds ?? 0, now) === 0;
  const status = {
    observedGeneration: set.metadata.generation ?? 0,
    replicas: pods.length,
    readyReplicas: active.filter(isReady).length,
    availableReplicas: active.filter(isAvailable).length,
    currentReplicas: of(currentRevision),
    updatedReplicas: of(updateRevision),
    currentRevision,
    updateRevision,
    ...conditionsOf(count),
  };
  const { replicas, updatedReplicas, readyReplicas } = status;
  const rolls = set.spec.updateStrategy?.type !== 'OnDelete';
  const isDone = rolls && updatedReplicas === replicas && readyReplicas === replicas;
  return isDone ? { ...status, currentRevision: updateRevision, currentReplicas: updatedReplicas } : status;
}

function conditionsOf({ set, refused, now }: StatefulCount): { conditions?: readonly Condition[] } {
  const before = set.status?.conditions ?? [];
  if (refused === undefined)
    return before.length > 0 ? { conditions: before.filter(({ type }) => type !== REFUSED) } : {};
  const condition = { type: REFUSED, status: 'True', reason: 'Unsupported', message: refused } as const;
  return { conditions: setCondition(before, condition, new Date(now).toISOString()) };
}

const REFUSED = 'Refused';
