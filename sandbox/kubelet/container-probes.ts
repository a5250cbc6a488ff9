/** Joins a container's probes to its record: what they find is kept, told, and acted on. */
import type { Container, Pod } from '#sandbox/workloads/index.ts';
import { type ContainerRun, stopRun } from './container-run.ts';
import { execInContainer } from './exec-in-container.ts';
import type { PodContext, PodEntry } from './pod-entry.ts';
import type { ProbeTarget } from './probe.ts';
import { probeContainer } from './prober.ts';
import type { ContainerRecord } from './records.ts';

const DEFAULT_GRACE_SECONDS = 30;
const KILLED = 137;

export function startProbes(
  context: PodContext,
  pod: Pod,
  entry: PodEntry,
  container: Container,
  run: ContainerRun,
): void {
  const { records, say, clock, wake } = context;
  const { name } = container;
  const change = (update: Partial<Pick<ContainerRecord, 'started' | 'ready'>>) => {
    const record = entry.record.containers[name];
    if (!record || entry.runs.get(name) !== run) return;
    const before = `${record.started} ${record.ready}`;
    Object.assign(record, update);
    if (before === `${record.started} ${record.ready}`) return;
    records.save(entry.record);
    wake(entry.record.uid);
  };
  const isStarted = entry.record.containers[name]?.started ?? false;
  const news = {
    started: () => change({ started: true }),
    ready: (isReady: boolean) => change({ ready: isReady }),
    failed: (kind: string, reason: string) => say(pod, 'Warning', 'Unhealthy', `${kind} probe failed: ${reason}`),
    dead(reason: string) {
      say(pod, 'Normal', 'Killing', `Container ${name} ${reason}, will be restarted`);
      const grace = pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
      void stopRun(run, grace * 1000, clock);
    },
  };
  run.stopProbes = probeContainer(container, probeTarget(context, entry, container, run), isStarted, news, clock);
}

/** Where a probe or a hook of this container goes. */
export function probeTarget(
  { clock }: PodContext,
  { record, cgroup }: PodEntry,
  container: Container,
  run: ContainerRun,
): ProbeTarget {
  async function exec(command: readonly string[], timeoutMs: number) {
    const env = record.containers[container.name]?.env ?? {};
    const child = await execInContainer({ pid: run.identity.pid, cgroup, env }, command);
    child.stdin?.end();
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    const cancel = clock.after(timeoutMs, () => child.signal('SIGKILL'));
    const { code } = await child.exited;
    cancel();
    return { code: code ?? KILLED, output };
  }
  return { container, address: record.addresses[0] ?? '', exec, clock };
}
