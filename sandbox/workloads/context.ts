/** What every controller here works with. */
import {
  CONTROLLER_REVISIONS,
  DEPLOYMENTS,
  ENDPOINT_SLICES,
  type EndpointSlice,
  NODES,
  PODS,
  REPLICA_SETS,
  type Service,
  SERVICES,
  STATEFUL_SETS,
} from '#api/index.ts';
import { type Clock, type Log, sleep } from '#kit/index.ts';
import { type Cache, type Client, reflect } from '#kube/index.ts';
import type { KubeObject } from '#objects/index.ts';
import type { ControllerRevision, Deployment, Node, Pod, ReplicaSet, StatefulSet } from './kinds.ts';

export interface Caches {
  readonly pods: Cache<Pod>;
  readonly nodes: Cache<Node>;
  readonly replicaSets: Cache<ReplicaSet>;
  readonly deployments: Cache<Deployment>;
  readonly statefulSets: Cache<StatefulSet>;
  readonly revisions: Cache<ControllerRevision>;
  readonly services: Cache<Service>;
  readonly slices: Cache<EndpointSlice>;
}

export interface WorkloadContext {
  readonly client: Client;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly log: Log;
}

export function openCaches(client: Client, clock: Clock, log: Log): Caches {
  const options = { clock, log };
  return {
    pods: reflect<Pod>(client, PODS, { ...options, indexBy: ownerUid }),
    nodes: reflect<Node>(client, NODES, options),
    replicaSets: reflect<ReplicaSet>(client, REPLICA_SETS, { ...options, indexBy: ownerUid }),
    deployments: reflect<Deployment>(client, DEPLOYMENTS, options),
    statefulSets: reflect<StatefulSet>(client, STATEFUL_SETS, options),
    revisions: reflect<ControllerRevision>(client, CONTROLLER_REVISIONS, { ...options, indexBy: ownerUid }),
    services: reflect<Service>(client, SERVICES, options),
    slices: reflect<EndpointSlice>(client, ENDPOINT_SLICES, { ...options, indexBy: ownerUid }),
  };
}

/** The controller's, which is one at most. */
export function ownerUid(object: KubeObject): string | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
}

const SEEN_WITHIN_MS = 5_000;

/** Waits until the cache knows of a write of ours: a decision made before would be made twice. */
export async function untilSeen(clock: Clock, seen: () => boolean, cache: Pick<Cache, 'onChange'>): Promise<void> {
  if (seen()) return;
  const done = new AbortController();
  const stop = cache.onChange(() => {
    if (seen()) done.abort();
  });
  await sleep(clock, SEEN_WITHIN_MS, done.signal);
  stop();
}
