/** Starts a pod's containers, and again those that ended. */
import { rmSync } from 'node:fs';
import { constants } from 'node:os';
import { createCgroup, type Exit } from '#host/index.ts';
import { isFault, messageOf, SealaneError, timestamp } from '#kit/index.ts';
import type { Container, Pod } from '#sandbox/workloads/index.ts';
import type { NodeConfig } from './config.ts';
import { startProbes } from './container-probes.ts';
import { type ContainerRun, containerRun, NOT_PROBED } from './container-run.ts';
import { environment } from './environment.ts';
import { launch } from './launch.ts';
import type { PodContext, PodEntry } from './pod-entry.ts';
import { writePodFiles } from './pod-files.ts';
import { backOffMs, restarts } from './restart-policy.ts';
import { unsupported } from './unsupported.ts';

/** Of a run whose end nobody saw. */
const UNKNOWN_EXIT = 137;
/** What is missing may come: a ConfigMap, a program. */
const RETRY_START_MS = 5_000;

/** One look at all containers; init containers one after the other first. */
export async function keepContainers(context: PodContext, pod: Pod, node: NodeConfig, entry: PodEntry): Promise<void> {
  for (const container of pod.spec.initContainers ?? []) {
    const known = entry.record.containers[container.name];
    if (known?.ended?.exitCode === 0 && !known.process) continue;
    return keepContainer(context, pod, node, entry, container);
  }
  await Promise.all(pod.spec.containers.map((container) => keepContainer(context, pod, node, entry, container)));
}

async function keepContainer(context: PodContext, pod: Pod, node: NodeConfig, entry: PodEntry, container: Container) {
  const { say, clock, wake } = context;
  const { name } = container;
  const known = entry.record.containers[name];
  const run = entry.runs.get(name);
  if (run) {
    // It was adopted: its probes begin now that its specification is known.
    if (run.stopProbes === NOT_PROBED && !isInit(pod, container)) startProbes(context, pod, entry, container, run);
    return;
  }
  if (!known?.ended) return start(context, pod, node, entry, container, 0);
  if (!restarts(policyOf(pod, container), known.ended.exitCode)) return;
  const wait = Date.parse(known.ended.finishedAt) + backOffMs(known.restartCount) - clock.now();
  if (wait <= 0) return start(context, pod, node, entry, container, known.restartCount + 1);
  if (known.waiting?.reason !== 'CrashLoopBackOff') {
    const seconds = Math.ceil(backOffMs(known.restartCount) / 1000);
    const message = `back-off ${seconds}s restarting failed container=${name} pod=${pod.metadata.name}`;
    known.waiting = { reason: 'CrashLoopBackOff', message };
    say(pod, 'Warning', 'BackOff', `Back-off restarting failed container ${name} in pod ${pod.metadata.name}`);
  }
  wake(entry.record.uid, wait);
}

function isInit({ spec }: Pod, { name }: Container): boolean {
  return spec.initContainers?.some((container) => container.name === name) ?? false;
}

function policyOf(pod: Pod, container: Container) {
  return isInit(pod, container) && pod.spec.restartPolicy !== 'Never' ? 'OnFailure' : pod.spec.restartPolicy;
}

async function start(
  context: PodContext,
  pod: Pod,
  node: NodeConfig,
  entry: PodEntry,
  container: Container,
  restartCount: number,
): Promise<void> {
  const { records, names, podTool, say, clock } = context;
  const { uid, addresses, netns, containers } = entry.record;
  const { name } = container;
  try {
    const impossible = unsupported(container);
    if (impossible) throw new SealaneError('kubelet/unsupported', impossible);
    createCgroup(entry.cgroup);
    const env = await environment(context, pod, node, entry, container);
    const { process, standIn } = await launch({
      container,
      namespace: netns,
      cgroup: entry.cgroup,
      hostname: pod.spec.hostname ?? pod.metadata.name,
      binds: writePodFiles(entry.folder, pod, addresses, names),
      env,
      logFile: records.logFile(uid, name, restartCount),
      podTool,
    });
    rmSync(records.logFile(uid, name, restartCount - 2), { force: true });
    const { pid, startTime } = process;
    containers[name] = {
      process: { pid, startTime },
      startedAt: timestamp(clock),
      restartCount,
      started: false,
      ready: false,
      ended: containers[name]?.ended,
      env,
    };
    records.save(entry.record);
    const run = containerRun({ pid, startTime }, process.exited, clock);
    watchEnd(context, entry, name, run);
    if (!isInit(pod, container)) startProbes(context, pod, entry, container, run);
    say(pod, 'Normal', 'Started', `Started container ${name}${standIn === undefined ? '' : `: ${standIn}`}`);
  } catch (error) {
    refuse(context, pod, entry, name, error, restartCount);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  'kubelet/no-program': 'ErrImagePull',
  'kubelet/bad-env': 'CreateContainerConfigError',
  'kubelet/unsupported': 'CreateContainerConfigError',
};

function refuse(
  { records, say, wake }: PodContext,
  pod: Pod,
  { record }: PodEntry,
  name: string,
  error: unknown,
  restartCount: number,
): void {
  const code = Object.keys(REASONS).find((known) => isFault(error, known));
  const reason = code === undefined ? 'RunContainerError' : (REASONS[code] ?? '');
  const message = messageOf(error);
  record.containers[name] = { restartCount, started: false, ready: false, waiting: { reason, message } };
  records.save(record);
  say(pod, 'Warning', 'Failed', message);
  wake(record.uid, RETRY_START_MS);
}

/** Takes the run up, and writes its end down. */
export function watchEnd(context: PodContext, entry: PodEntry, name: string, run: ContainerRun): void {
  entry.runs.set(name, run);
  void run.ended.then((exit) => noteEnd(context, entry, name, run, exit));
}

function noteEnd(
  { records, clock, wake }: PodContext,
  entry: PodEntry,
  name: string,
  run: ContainerRun,
  exit: Exit | undefined,
): void {
  run.stopProbes();
  const record = entry.record.containers[name];
  if (!record || entry.runs.get(name) !== run) return;
  entry.runs.delete(name);
  const exitCode = exit ? (exit.code ?? 128 + signalNumber(exit.signal)) : UNKNOWN_EXIT;
  const now = timestamp(clock);
  record.ended = {
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    startedAt: record.startedAt ?? now,
    finishedAt: now,
  };
  Object.assign(record, { process: undefined, waiting: undefined, ready: false, started: false });
  if (entry.ending) return;
  records.save(entry.record);
  wake(entry.record.uid);
}

function signalNumber(signal: NodeJS.Signals | undefined): number {
  return signal === undefined ? 0 : (constants.signals[signal] ?? 0);
}
