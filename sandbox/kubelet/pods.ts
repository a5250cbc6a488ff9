/** The pods of a cluster's nodes, each brought to what the API server says of it. */
import { existsSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { CONFIG_MAPS, PODS, SECRETS } from '#api/index.ts';
import { createCgroup, type Exit, killCgroup, removeCgroup } from '#host/index.ts';
import { type Clock, createQueue, every, isFault, type Log, messageOf, sleep, timestamp } from '#kit/index.ts';
import type { Cache, Client } from '#kube/index.ts';
import { deepEqual, type KubeObject } from '#objects/index.ts';
import { NOT_READY_FILE } from '#sandbox/images/index.ts';
import type { Container, Pod, PodStatus } from '#sandbox/workloads/index.ts';
import type { KubeletConfig, NodeConfig } from './config.ts';
import { type ContainerRun, containerRun, NOT_PROBED } from './container-run.ts';
import type { Say } from './events.ts';
import { execInContainer } from './exec-in-container.ts';
import { launch } from './launch.ts';
import { POD_PATH } from './launchers.ts';
import { containerEnv, type Lookup } from './pod-env.ts';
import { writePodFiles } from './pod-files.ts';
import { type AddressPool, addressPool, makePodNetwork, podNamespace, removePodNetwork } from './pod-network.ts';
import { podStatus } from './pod-status.ts';
import { attempt } from './probe.ts';
import { probeContainer } from './prober.ts';
import { type ContainerRecord, openRecords, type PodRecord } from './records.ts';
import { backOffMs, restarts } from './restart-policy.ts';

export interface PodsOptions {
  readonly config: KubeletConfig;
  readonly podTool: readonly string[];
  /** Put behind the machine's own programs in every PATH. */
  readonly binFolder: string;
  readonly client: Client;
  readonly cache: Cache<Pod>;
  readonly say: Say;
  readonly clock: Clock;
  readonly log: Log;
}

/** A container as logs and exec need it. */
export interface FoundContainer {
  readonly uid: string;
  readonly name: string;
  readonly record: ContainerRecord;
  readonly cgroup: string;
  logFile(run: number): string;
}

export interface Pods {
  find(namespace: string, pod: string): { readonly containers: readonly FoundContainer[] } | undefined;
  stop(): void;
}

interface Entry {
  record: PodRecord;
  readonly runs: Map<string, ContainerRun>;
  readonly folder: string;
  readonly cgroup: string;
  switchedOff: boolean;
  ending: Promise<void> | undefined;
  written: PodStatus | undefined;
}

const LOOK_AT_SWITCHES_MS = 300;
const UNKNOWN_EXIT = 137;

export function keepPods(options: PodsOptions): Pods {
  const { config, client, cache, say, clock, log, podTool } = options;
  const records = openRecords(config.stateDir);
  const nodes = new Map(config.nodes.map((node) => [node.name, node]));
  const pools = new Map<string, AddressPool>(config.nodes.map(({ name, podRange }) => [name, addressPool(podRange)]));
  const names = { clusterDns: config.clusterDns, clusterDomain: config.clusterDomain ?? 'cluster.local' };
  const entries = new Map<string, Entry>();
  const keys = new Map<string, string>();
  const queue = createQueue({ clock, log, work: sync, workers: 8, retryMs: 200, maxRetryMs: 5_000 });

  for (const record of records.load()) adopt(record);

  const stopWatching = cache.onChange(({ object, key, before }) => {
    for (const pod of [before, object]) {
      const { uid } = pod?.metadata ?? {};
      if (!pod || !uid || !nodes.has(pod.spec.nodeName ?? '')) continue;
      keys.set(uid, key);
      queue.add(uid);
    }
  });
  // Nothing is ended on the word of a cache that has not heard everything yet.
  void cache.whenSynced().then(() => {
    for (const uid of entries.keys()) queue.add(uid);
  });
  const stopSwitches = every(clock, LOOK_AT_SWITCHES_MS, lookAtSwitches);

  function adopt(record: PodRecord) {
    pools.get(record.node)?.claim(record.address);
    const entry = enter(record);
    keys.set(record.uid, `${record.namespace}/${record.name}`);
    for (const [name, container] of Object.entries(record.containers)) {
      if (!container.process) continue;
      const run = containerRun(container.process, undefined, clock);
      entry.runs.set(name, run);
      void run.ended.then((exit) => ended(entry, name, run, exit));
    }
  }

  function enter(record: PodRecord): Entry {
    const cgroup = join(nodes.get(record.node)?.cgroup ?? '', record.uid);
    const folder = records.folder(record.uid);
    const switchedOff = existsSync(join(folder, NOT_READY_FILE));
    const entry = { record, runs: new Map(), folder, cgroup, switchedOff, ending: undefined, written: undefined };
    entries.set(record.uid, entry);
    return entry;
  }

  function lookAtSwitches() {
    for (const [uid, entry] of entries) {
      const switchedOff = existsSync(join(entry.folder, NOT_READY_FILE));
      if (switchedOff === entry.switchedOff) continue;
      entry.switchedOff = switchedOff;
      queue.add(uid);
    }
  }

  function podOf(uid: string): Pod | undefined {
    const pod = cache.get(keys.get(uid) ?? '');
    return pod?.metadata.uid === uid ? pod : undefined;
  }

  async function sync(uid: string): Promise<void> {
    const entry = entries.get(uid);
    const pod = podOf(uid);
    if (!pod) {
      if (entry && cache.synced) await finish(entry);
      if (!entries.has(uid)) keys.delete(uid);
      return;
    }
    const node = nodes.get(pod.spec.nodeName ?? '');
    if (!node) return;
    if (pod.metadata.deletionTimestamp) return end(pod, entry);
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') {
      if (!entry || entry.runs.size === 0) return;
    }
    const ready = entry ?? (await prepare(pod, node));
    await keepContainers(pod, node, ready);
    await writeStatus(pod, node, ready);
  }

  async function prepare(pod: Pod, node: NodeConfig): Promise<Entry> {
    const { uid = '', namespace = 'default', name } = pod.metadata;
    const ownsNetwork = pod.spec.hostNetwork !== true;
    const pool = pools.get(node.name);
    const address = ownsNetwork ? (pool?.take() ?? '') : node.lanAddress;
    const netns = ownsNetwork ? podNamespace(config.sandbox, uid) : node.namespace;
    const record: PodRecord = {
      uid,
      namespace,
      name,
      node: node.name,
      address,
      netns,
      ownsNetwork,
      startTime: timestamp(clock),
      containers: {},
    };
    try {
      if (ownsNetwork) await makePodNetwork(netns, uid, address, node);
    } catch (error) {
      pool?.release(address);
      say(pod, 'Warning', 'FailedCreatePodSandBox', messageOf(error));
      throw error;
    }
    records.save(record);
    const entry = enter(record);
    createCgroup(entry.cgroup);
    return entry;
  }

  async function keepContainers(pod: Pod, node: NodeConfig, entry: Entry): Promise<void> {
    for (const container of pod.spec.initContainers ?? []) {
      if (!(await keepInitContainer(pod, node, entry, container))) return;
    }
    await Promise.all(pod.spec.containers.map((container) => keepContainer(pod, node, entry, container)));
  }

  /** @returns whether the next one may start */
  async function keepInitContainer(pod: Pod, node: NodeConfig, entry: Entry, container: Container): Promise<boolean> {
    const known = entry.record.containers[container.name];
    if (known?.ended?.exitCode === 0 && !known.process) return true;
    await keepContainer(pod, node, entry, container, true);
    return false;
  }

  async function keepContainer(pod: Pod, node: NodeConfig, entry: Entry, container: Container, isInit = false) {
    const { name } = container;
    const known = entry.record.containers[name];
    const run = entry.runs.get(name);
    if (run) {
      if (run.stopProbes === NOT_PROBED && !isInit) probe(pod, entry, container, run);
      return;
    }
    if (!known?.ended) return start(pod, node, entry, container, 0);
    const policy = isInit && pod.spec.restartPolicy !== 'Never' ? 'OnFailure' : pod.spec.restartPolicy;
    if (!restarts(policy, known.ended.exitCode)) return;
    const wait = Date.parse(known.ended.finishedAt) + backOffMs(known.restartCount) - clock.now();
    if (wait <= 0) return start(pod, node, entry, container, known.restartCount + 1);
    if (known.waiting?.reason !== 'CrashLoopBackOff') {
      const message = `back-off ${Math.ceil(backOffMs(known.restartCount) / 1000)}s restarting failed container=${name} pod=${pod.metadata.name}`;
      known.waiting = { reason: 'CrashLoopBackOff', message };
      say(pod, 'Warning', 'BackOff', `Back-off restarting failed container ${name} in pod ${pod.metadata.name}`);
    }
    queue.addAfter(entry.record.uid, wait);
  }

  async function start(pod: Pod, node: NodeConfig, entry: Entry, container: Container, restartCount: number) {
    const { uid, address, netns, containers } = entry.record;
    const { name } = container;
    const before = containers[name];
    const isInit = (pod.spec.initContainers ?? []).includes(container);
    try {
      const env = await environment(pod, node, entry, container);
      const { process, standIn } = await launch({
        container,
        namespace: netns,
        cgroup: entry.cgroup,
        hostname: pod.spec.hostname ?? pod.metadata.name,
        binds: writePodFiles(entry.folder, pod, address, names),
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
        ended: before?.ended,
        env,
      };
      records.save(entry.record);
      const run = containerRun({ pid, startTime }, process.exited, clock);
      entry.runs.set(name, run);
      void run.ended.then((exit) => ended(entry, name, run, exit));
      if (!isInit) probe(pod, entry, container, run);
      say(pod, 'Normal', 'Started', `Started container ${name}${standIn === undefined ? '' : `: ${standIn}`}`);
    } catch (error) {
      refuse(pod, entry, name, error, restartCount);
    }
  }

  /** Looked at again later: what is missing may come. */
  function refuse(pod: Pod, entry: Entry, name: string, error: unknown, restartCount: number) {
    const reason = isFault(error, 'kubelet/no-program')
      ? 'ErrImagePull'
      : isFault(error, 'kubelet/bad-env')
        ? 'CreateContainerConfigError'
        : 'RunContainerError';
    const message = messageOf(error);
    entry.record.containers[name] = { restartCount, started: false, ready: false, waiting: { reason, message } };
    records.save(entry.record);
    say(pod, 'Warning', 'Failed', message);
    queue.addAfter(entry.record.uid, RETRY_START_MS);
  }

  async function environment(pod: Pod, node: NodeConfig, { record, folder }: Entry, container: Container) {
    const source = { pod, address: record.address, hostAddress: node.lanAddress, lookup: lookupIn(record.namespace) };
    return {
      PATH: `${POD_PATH}:${options.binFolder}`,
      HOME: '/root',
      HOSTNAME: pod.spec.hostname ?? pod.metadata.name,
      SEALANE_SANDBOX_CLUSTER: config.cluster,
      SEALANE_SANDBOX_POD_IP: record.address,
      SEALANE_SANDBOX_POD_DIR: folder,
      ...(await containerEnv(container, source)),
    };
  }

  function lookupIn(namespace: string): Lookup {
    return async (kind, name) => {
      if (kind === 'configMap') {
        return (await client.find<KubeObject & { data?: Record<string, string> }>(CONFIG_MAPS, { namespace, name }))
          ?.data;
      }
      const secret = await client.find<KubeObject & { data?: Record<string, string> }>(SECRETS, { namespace, name });
      if (!secret) return undefined;
      const decoded = (text: string) => Buffer.from(text, 'base64').toString('utf8');
      return Object.fromEntries(Object.entries(secret.data ?? {}).map(([key, value]) => [key, decoded(value)]));
    };
  }

  function probe(pod: Pod, entry: Entry, container: Container, run: ContainerRun) {
    const { name } = container;
    const { uid, address } = entry.record;
    const change = (update: Partial<ContainerRecord>) => {
      const record = entry.record.containers[name];
      if (!record || entry.runs.get(name) !== run) return;
      const before = `${record.started} ${record.ready}`;
      Object.assign(record, update);
      if (before === `${record.started} ${record.ready}`) return;
      records.save(entry.record);
      queue.add(uid);
    };
    const target = { container, address, clock, exec: execFor(entry, name, run) };
    run.stopProbes = probeContainer(
      container,
      target,
      entry.record.containers[name]?.started ?? false,
      {
        started: () => change({ started: true }),
        ready: (isReady) => change({ ready: isReady }),
        failed: (kind, reason) => say(pod, 'Warning', 'Unhealthy', `${kind} probe failed: ${reason}`),
        dead(reason) {
          say(pod, 'Normal', 'Killing', `Container ${name} ${reason}, will be restarted`);
          void stopRun(run, (pod.spec.terminationGracePeriodSeconds ?? 30) * 1000);
        },
      },
      clock,
    );
  }

  function execFor(entry: Entry, name: string, run: ContainerRun) {
    return async (command: readonly string[], timeoutMs: number) => {
      const env = entry.record.containers[name]?.env ?? {};
      const child = await execInContainer({ pid: run.identity.pid, cgroup: entry.cgroup, env }, command);
      child.stdin?.end();
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
      const cancel = clock.after(timeoutMs, () => child.signal('SIGKILL'));
      const { code } = await child.exited;
      cancel();
      return { code: code ?? UNKNOWN_EXIT, output };
    };
  }

  async function stopRun(run: ContainerRun, graceMs: number): Promise<void> {
    run.signal('SIGTERM');
    const cancel = clock.after(graceMs, () => run.signal('SIGKILL'));
    await run.ended;
    cancel();
  }

  function ended(entry: Entry, name: string, run: ContainerRun, exit: Exit | undefined) {
    run.stopProbes();
    if (entry.runs.get(name) !== run) return;
    entry.runs.delete(name);
    const record = entry.record.containers[name];
    if (!record) return;
    const exitCode = exit ? (exit.code ?? 128 + signalNumber(exit.signal)) : UNKNOWN_EXIT;
    record.ended = {
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      startedAt: record.startedAt ?? timestamp(clock),
      finishedAt: timestamp(clock),
    };
    record.process = undefined;
    record.ready = false;
    record.started = false;
    record.waiting = undefined;
    if (entries.get(entry.record.uid) !== entry) return;
    records.save(entry.record);
    queue.add(entry.record.uid);
  }

  /** Graceful: endpoints see it terminating, its programs are asked, then made to go. */
  function end(pod: Pod, entry: Entry | undefined): Promise<void> | undefined {
    if (!entry) return forget(pod);
    entry.ending ??= endNow(pod, entry).catch((error: unknown) => {
      log.warn(
        { pod: `${pod.metadata.namespace}/${pod.metadata.name}`, cause: messageOf(error) },
        'pod not ended, again',
      );
      entry.ending = undefined;
      queue.addAfter(entry.record.uid, 1_000);
    });
    return undefined;
  }

  async function endNow(pod: Pod, entry: Entry): Promise<void> {
    const { deletionTimestamp, deletionGracePeriodSeconds = 30 } = pod.metadata;
    // The timestamp is when the grace is over.
    const left = Date.parse(deletionTimestamp ?? '') - clock.now();
    const graceMs = Math.max(0, Math.min(left, deletionGracePeriodSeconds * 1000));
    const deadline = clock.monotonic() + graceMs;
    await Promise.all(
      pod.spec.containers.map(async (container) => {
        const run = entry.runs.get(container.name);
        if (!run) return;
        say(pod, 'Normal', 'Killing', `Stopping container ${container.name}`);
        const { preStop } = container.lifecycle ?? {};
        if (preStop) {
          const target = { container, address: entry.record.address, clock, exec: execFor(entry, container.name, run) };
          const timeUp = new AbortController();
          await Promise.race([attempt(preStop, target, graceMs), run.ended, sleep(clock, graceMs, timeUp.signal)]);
          timeUp.abort();
        }
        await stopRun(run, Math.max(0, deadline - clock.monotonic()));
      }),
    );
    await finish(entry);
    await forget(pod);
  }

  /** Tells the API server that nothing of it is left. */
  async function forget({ metadata: { namespace, name, uid } }: Pod): Promise<void> {
    try {
      await client.delete(PODS, { namespace, name }, { uid, graceSeconds: 0 });
    } catch (error) {
      // Another pod has its name by now.
      if (!isFault(error, 'kube/conflict')) throw error;
    }
  }

  /** Ends what is left of it, at once. */
  async function finish(entry: Entry): Promise<void> {
    const { uid, node, address, netns, ownsNetwork } = entry.record;
    for (const run of entry.runs.values()) run.stopProbes();
    killCgroup(entry.cgroup);
    await removeCgroup(entry.cgroup, { clock });
    if (ownsNetwork) {
      await removePodNetwork(netns);
      pools.get(node)?.release(address);
    }
    entries.delete(uid);
    records.remove(uid);
  }

  async function writeStatus(pod: Pod, node: NodeConfig, entry: Entry): Promise<void> {
    const { switchedOff, record } = entry;
    const status = podStatus({ pod, record, hostAddress: node.lanAddress, switchedOff, now: timestamp(clock) });
    if (deepEqual(status, entry.written) && sameAsSeen(status, pod.status)) return;
    const { namespace, name, uid } = pod.metadata;
    try {
      await client.patch(PODS, { namespace, name }, { metadata: { uid }, status }, { subresource: 'status' });
      entry.written = status;
    } catch (error) {
      if (!isFault(error, 'kube/not-found') && !isFault(error, 'kube/conflict')) throw error;
    }
  }

  return {
    find(namespace, name) {
      const entry = [...entries.values()].find(({ record }) => record.namespace === namespace && record.name === name);
      if (!entry) return undefined;
      const { uid, containers } = entry.record;
      const order = podOf(uid)?.spec.containers.map((container) => container.name) ?? [];
      const all = [...new Set([...order, ...Object.keys(containers)])];
      return {
        containers: all.flatMap((container) => {
          const record = containers[container];
          const logFile = (run: number) => records.logFile(uid, container, run);
          return record ? [{ uid, name: container, record, cgroup: entry.cgroup, logFile }] : [];
        }),
      };
    },
    stop() {
      stopWatching();
      stopSwitches();
      queue.stop();
      for (const { runs } of entries.values()) for (const run of runs.values()) run.stopProbes();
    },
  };
}

const RETRY_START_MS = 5_000;

function signalNumber(signal: NodeJS.Signals | undefined): number {
  return signal === undefined ? 0 : (constants.signals[signal] ?? 0);
}

/** Somebody else may have written over it. */
function sameAsSeen(status: PodStatus, seen: PodStatus | undefined): boolean {
  return deepEqual(status.containerStatuses, seen?.containerStatuses) && status.phase === seen?.phase;
}
