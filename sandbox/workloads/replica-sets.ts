/** ReplicaSet → Pods. */
import { PODS, REPLICA_SETS } from '#api/index.ts';
import { createQueue } from '#kit/index.ts';
import { deepEqual, keyOf } from '#objects/index.ts';
import { untilSeen, type WorkloadContext } from './context.ts';
import type { Pod, ReplicaSet } from './kinds.ts';
import { randomSuffix } from './names.ts';
import { availableIn, isActive, isReady } from './pod-state.ts';

/** @returns stop */
export function runReplicaSets(context: WorkloadContext): () => void {
  const { caches, clock, log } = context;
  const queue = createQueue({ clock, log, work, workers: 4, maxRetryMs: 5_000 });
  const stops = [
    caches.replicaSets.onChange(({ key }) => queue.add(key)),
    caches.pods.onChange(({ object, before }) => {
      for (const pod of [object, before]) addOwner(pod);
    }),
    () => queue.stop(),
  ];
  for (const key of caches.replicaSets.keys()) queue.add(key);

  function addOwner(pod: Pod | undefined) {
    const owner = pod?.metadata.ownerReferences?.find(({ controller, kind }) => controller && kind === 'ReplicaSet');
    if (pod && owner) queue.add(`${pod.metadata.namespace}/${owner.name}`);
  }

  async function work(key: string) {
    const set = caches.replicaSets.get(key);
    if (!set) return;
    const own = caches.pods.indexed(set.metadata.uid ?? '').filter(isActive);
    if (!set.metadata.deletionTimestamp) await keepNumber(context, set, own);
    await writeStatus(context, key);
    const soonest = Math.min(...own.map((pod) => waitOf(set, pod, clock.now())).filter((ms) => ms > 0));
    if (Number.isFinite(soonest)) queue.addAfter(key, soonest);
  }

  return () => {
    for (const stop of stops) stop();
  };
}

function waitOf(set: ReplicaSet, pod: Pod, now: number): number {
  return availableIn(pod, set.spec.minReadySeconds ?? 0, now) ?? 0;
}

async function keepNumber(context: WorkloadContext, set: ReplicaSet, own: readonly Pod[]): Promise<void> {
  const missing = (set.spec.replicas ?? 1) - own.length;
  if (missing > 0) await createPods(context, set, missing);
  if (missing < 0) await deletePods(context, own.toSorted(dispensable).slice(0, -missing));
}

async function createPods({ client, caches, clock }: WorkloadContext, set: ReplicaSet, count: number) {
  const made = await Promise.all(
    Array.from({ length: count }, () => client.create(PODS, podOf(set, `${set.metadata.name}-${randomSuffix(clock)}`))),
  );
  await untilSeen(clock, () => made.every((pod) => caches.pods.get(keyOf(pod))), caches.pods);
}

async function deletePods({ client, caches, clock }: WorkloadContext, pods: readonly Pod[]) {
  await Promise.all(
    pods.map(({ metadata: { namespace, name, uid } }) => client.delete(PODS, { namespace, name }, { uid })),
  );
  const isGoing = (pod: Pod) => {
    const now = caches.pods.get(keyOf(pod));
    return now?.metadata.uid !== pod.metadata.uid || now?.metadata.deletionTimestamp !== undefined;
  };
  await untilSeen(clock, () => pods.every(isGoing), caches.pods);
}

function podOf({ apiVersion, kind, metadata, spec: { template } }: ReplicaSet, name: string): Pod {
  const { namespace, uid = '' } = metadata;
  const { labels, annotations } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace,
      name,
      generateName: `${metadata.name}-`,
      labels,
      annotations,
      ownerReferences: [{ apiVersion, kind, name: metadata.name, uid, controller: true, blockOwnerDeletion: true }],
    },
    spec: template.spec,
  };
}

/** First those nobody would miss: without a node, not ready, the youngest. */
function dispensable(a: Pod, b: Pod): number {
  return worth(a) - worth(b) || age(a, b);
}

function worth(pod: Pod): number {
  return (pod.spec.nodeName ? 1 : 0) + (isReady(pod) ? 2 : 0);
}

function age(a: Pod, b: Pod): number {
  return (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '');
}

async function writeStatus({ client, caches, clock }: WorkloadContext, key: string): Promise<void> {
  const set = caches.replicaSets.get(key);
  if (!set) return;
  const own = caches.pods.indexed(set.metadata.uid ?? '').filter(isActive);
  const isAvailable = (pod: Pod) => availableIn(pod, set.spec.minReadySeconds ?? 0, clock.now()) === 0;
  const status = {
    replicas: own.length,
    fullyLabeledReplicas: own.length,
    readyReplicas: own.filter(isReady).length,
    availableReplicas: own.filter(isAvailable).length,
    observedGeneration: set.metadata.generation ?? 0,
  };
  if (deepEqual(status, { ...EMPTY, ...set.status })) return;
  const { namespace, name, uid } = set.metadata;
  await client.patch(REPLICA_SETS, { namespace, name }, { metadata: { uid }, status }, { subresource: 'status' });
}

const EMPTY = { replicas: 0, fullyLabeledReplicas: 0, readyReplicas: 0, availableReplicas: 0, observedGeneration: 0 };
