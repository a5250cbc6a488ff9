/** What a Deployment says of itself. Pure. */
import { type Condition, setCondition } from '#objects/index.ts';
import type { Deployment, ReplicaSet } from './kinds.ts';

type Status = NonNullable<Deployment['status']>;

export interface Counted {
  readonly deployment: Deployment;
  readonly current: ReplicaSet | undefined;
  readonly all: readonly ReplicaSet[];
  readonly maxUnavailable: number;
  /** RFC 3339 */
  readonly now: string;
}

export function deploymentStatus({ deployment, current, all, maxUnavailable, now }: Counted): Status {
  const desired = deployment.spec.replicas ?? 1;
  const total = (field: 'replicas' | 'readyReplicas' | 'availableReplicas') =>
    all.reduce((sum, { status }) => sum + (status?.[field] ?? 0), 0);
  const counts = {
    replicas: total('replicas'),
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: total('readyReplicas'),
    availableReplicas: total('availableReplicas'),
  };
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    ...counts,
    unavailableReplicas: Math.max(0, desired - counts.availableReplicas),
    conditions: conditions(deployment, current, counts, desired - maxUnavailable, now),
  };
}

type Counts = Pick<Required<Status>, 'replicas' | 'updatedReplicas' | 'availableReplicas'>;

function conditions(
  { spec, status, metadata: { name } }: Deployment,
  current: ReplicaSet | undefined,
  counts: Counts,
  enough: number,
  now: string,
): Status['conditions'] {
  const isAvailable = counts.availableReplicas >= enough;
  const available = setCondition(
    status?.conditions,
    {
      type: 'Available',
      status: isAvailable ? 'True' : 'False',
      reason: isAvailable ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      message: `Deployment ${isAvailable ? 'has' : 'does not have'} minimum availability.`,
    },
    now,
  );
  const desired = spec.replicas ?? 1;
  const isDone =
    counts.updatedReplicas === desired && counts.replicas === desired && counts.availableReplicas >= desired;
  const set = current?.metadata.name ?? name;
  const progressing = setCondition(
    available,
    {
      type: 'Progressing',
      status: 'True',
      reason: isDone ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
      message: `ReplicaSet "${set}" ${isDone ? 'has successfully progressed.' : 'is progressing.'}`,
    },
    now,
  );
  return progressing.map((condition) => withUpdateTime(condition, status?.conditions, now));
}

function withUpdateTime(condition: Condition, before: Status['conditions'], now: string) {
  const old = before?.find(({ type }) => type === condition.type);
  const isSame =
    old?.status === condition.status && old.reason === condition.reason && old.message === condition.message;
  return { ...condition, lastUpdateTime: (isSame ? old?.lastUpdateTime : undefined) ?? now };
}
