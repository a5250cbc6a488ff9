/** The pods of a cluster's nodes, each brought to what the API server says of it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PODS } from '#api/index.ts';
import { type Clock, createQueue, every, isFault, type Log, messageOf, timestamp } from '#kit/index.ts';
import type { Cache, Client } from '#kube/index.ts';
import { deepEqual } from '#objects/index.ts';
import { NOT_READY_FILE } from '#sandbox/images/index.ts';
import type { Pod, PodStatus } from '#sandbox/workloads/index.ts';
import type { KubeletConfig, NodeConfig } from './config.ts';
import { containerRun } from './container-run.ts';
import { keepContainers, watchEnd } from './containers.ts';
import { confirmGone, stopContainers } from './end-pod.ts';
import type { Say } from './events.ts';
import type { PodContext, PodEntry } from './pod-entry.ts';
import { type AddressPool, addressPool } from './pod-network.ts';
import { makePodSandbox, removePodSandbox } from './pod-sandbox.ts';
import { podStatus } from './pod-status.ts';
import { type ContainerRecord, openRecords, type PodRecord } from './records.ts';

export interface PodsOptions {
  readonly config: KubeletConfig;
  readonly podTool: readonly string[];
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

interface NodePlace {
  readonly config: NodeConfig;
  readonly pool: AddressPool;
}

const LOOK_AT_SWITCHES_MS = 300;
const END_AGAIN_MS = 1_000;

export function keepPods(options: PodsOptions): Pods {
  const { config, cache, clock, log } = options;
  const nodes = new Map<string, NodePlace>(
    config.nodes.map((node) => [node.name, { config: node, pool: addressPool(node.podRanges) }]),
  );
  const entries = new Map<string, PodEntry>();
  /** Where in the cache a pod was seen, by uid: a name alone may be another pod's by now. */
  const keys = new Map<string, string>();
  const queue = createQueue({ clock, log, work: sync, workers: 8, retryMs: 200, maxRetryMs: 5_000 });
  const context: PodContext = {
    ...options,
    names: { clusterDns: config.clusterDns, clusterDomain: config.clusterDomain ?? 'cluster.local' },
    records: openRecords(config.stateDir),
    wake: (uid, afterMs) => (afterMs === undefined ? queue.add(uid) : queue.addAfter(uid, afterMs)),
  };
  for (const record of context.records.load()) adopt(record);

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

  /** A kubelet before this one made it: it runs on untouched. */
  function adopt(record: PodRecord) {
    if (record.ownsNetwork) nodes.get(record.node)?.pool.claim(record.addresses);
    const entry = enter(record);
    keys.set(record.uid, `${record.namespace}/${record.name}`);
    for (const [name, { process }] of Object.entries(record.containers))
      if (process) watchEnd(context, entry, name, containerRun(process, undefined, clock));
  }

  function enter(record: PodRecord): PodEntry {
    const folder = context.records.folder(record.uid);
    const entry: PodEntry = {
      record,
      runs: new Map(),
      folder,
      cgroup: join(nodes.get(record.node)?.config.cgroup ?? '', record.uid),
      switchedOff: existsSync(join(folder, NOT_READY_FILE)),
      ending: undefined,
      written: undefined,
    };
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
    if (!pod) return leave(uid, entry);
    const node = nodes.get(pod.spec.nodeName ?? '');
    if (!node) return;
    if (pod.metadata.deletionTimestamp) {
      if (!entry) return confirmGone(context, pod);
      entry.ending ??= end(pod, entry);
      return;
    }
    if (isOver(pod) && (!entry || entry.runs.size === 0)) return;
    const known = entry ?? enter(await makePodSandbox(context, pod, node.config, node.pool));
    await keepContainers(context, pod, node.config, known);
    await writeStatus(context, pod, node.config, known);
  }

  /** The API server knows nothing of it any more: it goes at once. */
  async function leave(uid: string, entry: PodEntry | undefined): Promise<void> {
    if (entry && cache.synced) await remove(entry);
    if (!entries.has(uid)) keys.delete(uid);
  }

  async function end(pod: Pod, entry: PodEntry): Promise<void> {
    try {
      await stopContainers(context, pod, entry);
      await remove(entry);
      await confirmGone(context, pod);
    } catch (error) {
      const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
      log.warn({ pod: name, cause: messageOf(error) }, 'pod not ended, will be tried again');
      entry.ending = undefined;
      queue.addAfter(entry.record.uid, END_AGAIN_MS);
    }
  }

  async function remove(entry: PodEntry): Promise<void> {
    await removePodSandbox(context, entry, nodes.get(entry.record.node)?.pool);
    entries.delete(entry.record.uid);
  }

  return {
    find(namespace, name) {
      const all = [...entries.values()];
      const entry = all.find(({ record }) => record.namespace === namespace && record.name === name);
      return entry && { containers: containersOf(context, entry, podOf(entry.record.uid)) };
    },
    stop() {
      stopWatching();
      stopSwitches();
      queue.stop();
      for (const { runs } of entries.values()) for (const run of runs.values()) run.stopProbes();
    },
  };
}

/** In the order of the specification, those it does not name last. */
function containersOf({ records }: PodContext, { record, cgroup }: PodEntry, pod: Pod | undefined): FoundContainer[] {
  const specified = pod?.spec.containers.map(({ name }) => name) ?? [];
  const names = [...new Set([...specified, ...Object.keys(record.containers)])];
  return names.flatMap((name) => {
    const container = record.containers[name];
    const logFile = (run: number) => records.logFile(record.uid, name, run);
    return container ? [{ uid: record.uid, name, record: container, cgroup, logFile }] : [];
  });
}

async function writeStatus({ client, clock }: PodContext, pod: Pod, node: NodeConfig, entry: PodEntry): Promise<void> {
  const { switchedOff, record } = entry;
  const status = podStatus({ pod, record, hostAddresses: node.lanAddresses, switchedOff, now: timestamp(clock) });
  if (deepEqual(status, entry.written) && isKnown(status, pod.status)) return;
  const { namespace, name, uid } = pod.metadata;
  try {
    await client.patch(PODS, { namespace, name }, { metadata: { uid }, status }, { subresource: 'status' });
    entry.written = status;
  } catch (error) {
    // Gone, or another pod has its name by now.
    if (!isFault(error, 'kube/not-found') && !isFault(error, 'kube/conflict')) throw error;
  }
}

function isOver({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** Somebody else may have written over it. */
function isKnown(status: PodStatus, seen: PodStatus | undefined): boolean {
  return deepEqual(status.containerStatuses, seen?.containerStatuses) && status.phase === seen?.phase;
}
