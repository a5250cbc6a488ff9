/** Deployment → ReplicaSets, a rolling step at a time. */
import { DEPLOYMENTS, REPLICA_SETS } from '#api/index.ts';
import { createQueue, timestamp } from '#kit/index.ts';
import { deepEqual, keyOf } from '#objects/index.ts';
import { untilSeen, type WorkloadContext } from './context.ts';
import { deploymentStatus } from './deployment-status.ts';
import type { Deployment, PodTemplate, ReplicaSet } from './kinds.ts';
import { isOver } from './pod-state.ts';
import { templateHash } from './template-hash.ts';
import { rolloutBounds, rolloutStep, type Share } from './rollout.ts';

const HASH = 'pod-template-hash';
const REVISION = 'deployment.kubernetes.io/revision';
const HISTORY = 10;

/** @returns stop */
export function runDeployments(context: WorkloadContext): () => void {
  const { caches, clock, log } = context;
  const queue = createQueue({ clock, log, work: (key) => sync(context, key), workers: 4, maxRetryMs: 5_000 });
  const stops = [
    caches.deployments.onChange(({ key }) => queue.add(key)),
    caches.replicaSets.onChange(({ object }) => {
      const owner = object.metadata.ownerReferences?.find(
        ({ kind, controller }) => controller && kind === 'Deployment',
      );
      if (owner) queue.add(`${object.metadata.namespace}/${owner.name}`);
    }),
    () => queue.stop(),
  ];
  for (const key of caches.deployments.keys()) queue.add(key);
  return () => {
    for (const stop of stops) stop();
  };
}

async function sync(context: WorkloadContext, key: string): Promise<void> {
  const { caches } = context;
  const deployment = caches.deployments.get(key);
  if (!deployment || deployment.metadata.deletionTimestamp) return;
  const existing = setsOf(context, deployment);
  const hash = templateHash(deployment.spec.template);
  const found = existing.find(({ metadata }) => metadata.labels?.[HASH] === hash);
  const paused = deployment.spec.paused === true;
  const current = found ?? (paused ? undefined : await createSet(context, deployment, existing, hash));
  if (current) {
    await keepRevision(context, deployment, current, existing);
    await step(
      context,
      deployment,
      current,
      existing.filter((set) => set.metadata.uid !== current.metadata.uid),
    );
  }
  await dropHistory(context, deployment, current);
  await writeStatus(context, key, current?.metadata.uid);
}

function setsOf({ caches }: WorkloadContext, deployment: Deployment): ReplicaSet[] {
  return caches.replicaSets
    .indexed(deployment.metadata.uid ?? '')
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .toSorted((a, b) => revisionOf(a) - revisionOf(b));
}

function revisionOf({ metadata }: { readonly metadata: ReplicaSet['metadata'] }): number {
  return Number(metadata.annotations?.[REVISION] ?? 0);
}

async function createSet(
  { client, caches, clock }: WorkloadContext,
  deployment: Deployment,
  existing: readonly ReplicaSet[],
  hash: string,
): Promise<ReplicaSet> {
  const { apiVersion, kind, metadata, spec } = deployment;
  const { namespace, name, uid = '' } = metadata;
  const template = withHash(spec.template, hash);
  const revision = String(Math.max(0, ...existing.map(revisionOf)) + 1);
  const made = await client.create<ReplicaSet>(REPLICA_SETS, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      namespace,
      name: `${name}-${hash}`,
      labels: template.metadata?.labels,
      annotations: { [REVISION]: revision },
      ownerReferences: [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }],
    },
    spec: {
      replicas: 0,
      ...(spec.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
      selector: { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [HASH]: hash } },
      template,
    },
  });
  await untilSeen(clock, () => caches.replicaSets.get(keyOf(made)) !== undefined, caches.replicaSets);
  return made;
}

function withHash(template: PodTemplate, hash: string): PodTemplate {
  return { ...template, metadata: { ...template.metadata, labels: { ...template.metadata?.labels, [HASH]: hash } } };
}

/** A template that comes back (`kubectl rollout undo`) becomes the newest revision again. */
async function keepRevision(
  { client }: WorkloadContext,
  deployment: Deployment,
  current: ReplicaSet,
  existing: readonly ReplicaSet[],
): Promise<void> {
  const others = existing.filter(({ metadata }) => metadata.uid !== current.metadata.uid);
  const newest = Math.max(0, ...others.map(revisionOf));
  const revision = revisionOf(current) > newest ? revisionOf(current) : newest + 1;
  const patch = { metadata: { annotations: { [REVISION]: String(revision) } } };
  const write = async (type: typeof DEPLOYMENTS, object: Deployment | ReplicaSet) => {
    const { namespace, name } = object.metadata;
    if (revisionOf(object) !== revision) await client.patch(type, { namespace, name }, patch);
  };
  await write(REPLICA_SETS, current);
  await write(DEPLOYMENTS, deployment);
}

async function step(
  context: WorkloadContext,
  { spec }: Deployment,
  current: ReplicaSet,
  old: readonly ReplicaSet[],
): Promise<void> {
  const { client, caches, clock } = context;
  const desired = spec.replicas ?? 1;
  const sets = [current, ...old];
  const oldPods = old.flatMap(({ metadata }) => caches.pods.indexed(metadata.uid ?? '')).filter((pod) => !isOver(pod));
  const changes = rolloutStep({
    desired,
    strategy: spec.strategy?.type ?? 'RollingUpdate',
    ...rolloutBounds(desired, spec.strategy?.rollingUpdate),
    current: shareOf(current),
    old: spec.paused ? [] : old.map(shareOf),
    oldPods: oldPods.length,
  });
  const changed = await Promise.all(
    sets.flatMap(({ metadata: { namespace, name } }) => {
      const replicas = changes.get(name);
      return replicas === undefined
        ? []
        : [client.patch<ReplicaSet>(REPLICA_SETS, { namespace, name }, { spec: { replicas } })];
    }),
  );
  const isSeen = (set: ReplicaSet) => caches.replicaSets.get(keyOf(set))?.spec.replicas === set.spec.replicas;
  await untilSeen(clock, () => changed.every(isSeen), caches.replicaSets);
}

function shareOf({ metadata, spec, status }: ReplicaSet): Share {
  return { name: metadata.name, replicas: spec.replicas ?? 1, available: status?.availableReplicas ?? 0 };
}

async function dropHistory(context: WorkloadContext, deployment: Deployment, current: ReplicaSet | undefined) {
  const unused = setsOf(context, deployment).filter(
    ({ metadata, spec, status }) =>
      metadata.uid !== current?.metadata.uid && spec.replicas === 0 && (status?.replicas ?? 0) === 0,
  );
  const limit = deployment.spec.revisionHistoryLimit ?? HISTORY;
  for (const { metadata } of unused.slice(0, Math.max(0, unused.length - limit))) {
    const { namespace, name, uid } = metadata;
    await context.client.delete(REPLICA_SETS, { namespace, name }, { uid });
  }
}

async function writeStatus(context: WorkloadContext, key: string, currentUid: string | undefined): Promise<void> {
  const { client, caches, clock } = context;
  const deployment = caches.deployments.get(key);
  if (!deployment) return;
  const all = setsOf(context, deployment);
  const { maxUnavailable } = rolloutBounds(deployment.spec.replicas ?? 1, deployment.spec.strategy?.rollingUpdate);
  const status = deploymentStatus({
    deployment,
    current: all.find(({ metadata }) => metadata.uid === currentUid),
    all,
    maxUnavailable,
    now: timestamp(clock),
  });
  if (deepEqual(status, deployment.status)) return;
  const { namespace, name, uid } = deployment.metadata;
  await client.patch(DEPLOYMENTS, { namespace, name }, { metadata: { uid }, status }, { subresource: 'status' });
}
