/** StatefulSet → Pods with names that stay, one after the other. */
import { PODS, STATEFUL_SETS } from '#api/index.ts';
import { createQueue } from '#kit/index.ts';
import { deepEqual, keyOf } from '#objects/index.ts';
import { untilSeen, type WorkloadContext } from './context.ts';
import type { Pod, StatefulSet } from './kinds.ts';
import { availableIn } from './pod-state.ts';
import { ordinalOf, revisionOf, statefulPod } from './stateful-pod.ts';
import { dropHistory, keepRevisions, type Revisions, templateOf } from './stateful-revisions.ts';
import { statefulStatus } from './stateful-status.ts';
import { firstUpdated, statefulStep, type Step } from './stateful-step.ts';

/** @returns stop */
export function runStatefulSets(context: WorkloadContext): () => void {
  const { caches, clock, log } = context;
  const queue = createQueue({ clock, log, work, workers: 4, maxRetryMs: 5_000 });
  const stops = [
    caches.statefulSets.onChange(({ key }) => queue.add(key)),
    caches.pods.onChange(({ object }) => {
      const owner = object.metadata.ownerReferences?.find(
        ({ controller, kind }) => controller && kind === 'StatefulSet',
      );
      if (owner) queue.add(`${object.metadata.namespace}/${owner.name}`);
    }),
    () => queue.stop(),
  ];
  for (const key of caches.statefulSets.keys()) queue.add(key);

  async function work(key: string) {
    const set = caches.statefulSets.get(key);
    if (!set || set.metadata.deletionTimestamp) return;
    const revisions = await keepRevisions(context, set);
    const refused = unsupported(set);
    if (refused === undefined) await take(context, set, revisions);
    await writeStatus(context, key, revisions, refused);
    await dropHistory(context, set, revisions, usedBy(context, set, revisions));
    const soonest = Math.min(
      ...podsOf(context, set)
        .map((pod) => waitOf(set, pod, clock.now()))
        .filter((ms) => ms > 0),
    );
    if (Number.isFinite(soonest)) queue.addAfter(key, soonest);
  }

  return () => {
    for (const stop of stops) stop();
  };
}

/** Nothing is started without what it asks for. */
export function unsupported({ spec }: StatefulSet): string | undefined {
  const names = (spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata?.name ?? '?');
  return names.length === 0
    ? undefined
    : `spec.volumeClaimTemplates: volumes are not made here (${names.join(', ')}); no pod is started without them`;
}

async function take(context: WorkloadContext, set: StatefulSet, revisions: Revisions): Promise<void> {
  const pods = podsOf(context, set);
  const updateRevision = revisions.update.metadata.name;
  const step = statefulStep({ set, pods, updateRevision, now: context.clock.now() });
  await createPods(context, set, revisions, step);
  await removePods(context, step);
}

async function createPods(
  { client, caches, clock }: WorkloadContext,
  set: StatefulSet,
  { current, update }: Revisions,
  { create }: Step,
): Promise<void> {
  const made = await Promise.all(
    create.map((ordinal) => {
      const revision = ordinal < firstUpdated(set) ? current : update;
      const of = { template: templateOf(revision), revision: revision.metadata.name };
      return client.create(PODS, statefulPod(set, ordinal, of));
    }),
  );
  await untilSeen(clock, () => made.every((pod) => caches.pods.get(keyOf(pod))), caches.pods);
}

async function removePods({ client, caches, clock }: WorkloadContext, { remove }: Step): Promise<void> {
  await Promise.all(
    remove.map(({ metadata: { namespace, name, uid } }) => client.delete(PODS, { namespace, name }, { uid })),
  );
  const isGoing = (pod: Pod) => {
    const now = caches.pods.get(keyOf(pod));
    return now?.metadata.uid !== pod.metadata.uid || now?.metadata.deletionTimestamp !== undefined;
  };
  await untilSeen(clock, () => remove.every(isGoing), caches.pods);
}

async function writeStatus(
  { client, caches, clock }: WorkloadContext,
  key: string,
  { current, update }: Revisions,
  refused: string | undefined,
): Promise<void> {
  const set = caches.statefulSets.get(key);
  if (!set) return;
  const pods = podsOf({ caches }, set);
  const names = { currentRevision: current.metadata.name, updateRevision: update.metadata.name };
  const status = statefulStatus({ set, pods, ...names, refused, now: clock.now() });
  if (deepEqual(status, set.status)) return;
  const { namespace, name, uid } = set.metadata;
  await client.patch(STATEFUL_SETS, { namespace, name }, { metadata: { uid }, status }, { subresource: 'status' });
}

function podsOf({ caches }: Pick<WorkloadContext, 'caches'>, { metadata }: StatefulSet): Pod[] {
  return caches.pods.indexed(metadata.uid ?? '').filter((pod) => ordinalOf(pod) >= 0);
}

function usedBy(context: WorkloadContext, set: StatefulSet, { current, update }: Revisions) {
  return new Set([current.metadata.name, update.metadata.name, ...podsOf(context, set).map(revisionOf)]);
}

function waitOf({ spec }: StatefulSet, pod: Pod, now: number): number {
  return availableIn(pod, spec.minReadySeconds ?? 0, now) ?? 0;
}
