/** Gives every pod a node. One at a time: each choice counts the one before. */
import { PODS } from '#api/index.ts';
import { createQueue, isFault, timestamp } from '#kit/index.ts';
import { pathOf } from '#kube/index.ts';
import { untilSeen, type WorkloadContext } from './context.ts';
import type { Pod } from './kinds.ts';
import { chooseNode } from './schedule.ts';

/** @returns stop */
export function runScheduler(context: WorkloadContext): () => void {
  const { caches, clock, log } = context;
  const queue = createQueue({ clock, log, work, maxRetryMs: 5_000 });
  const offer = (pod: Pod, key: string) => {
    if (!pod.spec.nodeName && !pod.metadata.deletionTimestamp) queue.add(key);
  };
  const offerAll = () => {
    for (const key of caches.pods.keys()) {
      const pod = caches.pods.get(key);
      if (pod) offer(pod, key);
    }
  };
  const stops = [
    caches.pods.onChange(({ type, object, key }) => type === 'put' && offer(object, key)),
    caches.nodes.onChange(offerAll),
    () => queue.stop(),
  ];
  offerAll();

  async function work(key: string) {
    const pod = caches.pods.get(key);
    if (!pod || pod.spec.nodeName || pod.metadata.deletionTimestamp) return;
    const node = chooseNode(pod, caches.nodes.list(), caches.pods.list());
    if (node === undefined) return sayUnschedulable(context, pod);
    await bind(context, pod, node);
    await untilSeen(
      clock,
      () => caches.pods.get(key)?.spec.nodeName !== undefined || !caches.pods.get(key),
      caches.pods,
    );
  }

  return () => {
    for (const stop of stops) stop();
  };
}

async function bind({ client }: WorkloadContext, pod: Pod, node: string): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  const binding = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { namespace, name, uid },
    target: { apiVersion: 'v1', kind: 'Node', name: node },
  };
  try {
    await client.json({
      method: 'POST',
      path: pathOf(PODS, { namespace, name }, 'binding'),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(binding),
    });
  } catch (error) {
    // Gone, or bound by somebody else: the cache will tell.
    if (!isFault(error, 'kube/not-found') && !isFault(error, 'kube/conflict')) throw error;
  }
}

async function sayUnschedulable({ client, clock }: WorkloadContext, pod: Pod): Promise<void> {
  if (pod.status?.conditions?.some(({ type, status }) => type === 'PodScheduled' && status === 'False')) return;
  const { namespace, name, uid } = pod.metadata;
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message: 'no ready node fits',
    lastTransitionTime: timestamp(clock),
  };
  const patch = { metadata: { uid }, status: { conditions: [condition] } };
  await client.patch(PODS, { namespace, name }, patch, { subresource: 'status' });
}
