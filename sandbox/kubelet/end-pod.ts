/** Ends a pod gracefully: its programs are asked, then made to go; then the API server is told. */
import { PODS } from '#api/index.ts';
import { isFault, sleep } from '#kit/index.ts';
import type { Container, Pod } from '#sandbox/workloads/index.ts';
import { probeTarget } from './container-probes.ts';
import { stopRun } from './container-run.ts';
import type { PodContext, PodEntry } from './pod-entry.ts';
import { attempt } from './probe.ts';

const DEFAULT_GRACE_SECONDS = 30;

/** Resolves when no container runs, or the grace is over. */
export async function stopContainers(context: PodContext, pod: Pod, entry: PodEntry): Promise<void> {
  const { clock } = context;
  const { deletionTimestamp = '', deletionGracePeriodSeconds = DEFAULT_GRACE_SECONDS } = pod.metadata;
  // The timestamp is when the grace is over; after a kubelet's restart less is left.
  const left = Date.parse(deletionTimestamp) - clock.now();
  const graceMs = Math.max(0, Math.min(left, deletionGracePeriodSeconds * 1000));
  const deadline = clock.monotonic() + graceMs;
  await Promise.all(pod.spec.containers.map((container) => stopContainer(context, pod, entry, container, deadline)));
}

async function stopContainer(
  context: PodContext,
  pod: Pod,
  entry: PodEntry,
  container: Container,
  deadline: number,
): Promise<void> {
  const { clock, say } = context;
  const run = entry.runs.get(container.name);
  if (!run) return;
  const left = () => Math.max(0, deadline - clock.monotonic());
  say(pod, 'Normal', 'Killing', `Stopping container ${container.name}`);
  const { preStop } = container.lifecycle ?? {};
  if (preStop) {
    const over = new AbortController();
    const hook = attempt(preStop, probeTarget(context, entry, container, run), left());
    await Promise.race([hook, run.ended, sleep(clock, left(), over.signal)]);
    over.abort();
  }
  await stopRun(run, left(), clock);
}

/** Tells the API server that nothing of it is left. */
export async function confirmGone({ client }: PodContext, { metadata: { namespace, name, uid } }: Pod): Promise<void> {
  try {
    await client.delete(PODS, { namespace, name }, { uid, graceSeconds: 0 });
  } catch (error) {
    // Another pod has its name by now.
    if (!isFault(error, 'kube/conflict')) throw error;
  }
}
