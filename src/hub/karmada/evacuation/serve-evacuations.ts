/** Connects changes on the hub with the evacuation of each cluster that they touch. */
import {
  ANNOTATION_EVACUATION,
  type ClusterExport,
  KARMADA_BINDINGS,
  KARMADA_CLUSTER_BINDINGS,
  type KarmadaBinding,
  type KarmadaCluster,
  type MemberCluster,
} from '#api/index.ts';
import { type Clock, createQueue, isFault, type Log, messageOf, type Queue } from '#kit/index.ts';
import { type Cache, type Client, reflect } from '#kube/index.ts';
import { depthMetric, type Metrics, tryMetrics } from '#observe/index.ts';
import { evictsByTaint, isTainted } from './decide.ts';
import { keepEvacuation, letGo } from './keep-evacuation.ts';

export interface EvacuationOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly maxHoldMs: number;
  readonly members: Cache<MemberCluster>;
  readonly records: Cache<ClusterExport>;
  readonly karmada: Cache<KarmadaCluster>;
}

const OVERTAKEN_RETRY_MS = 50;

/** @returns stops it */
export function serveEvacuations(options: EvacuationOptions): () => void {
  const { client, clock, log, metrics, maxHoldMs, members, records, karmada } = options;
  const watched = { clock, log, optional: true, keep: isLeaving, project };
  const bindings = [KARMADA_BINDINGS, KARMADA_CLUSTER_BINDINGS].map((type) =>
    reflect<KarmadaBinding>(client, type, watched),
  );
  const leavingFrom = (name: string) =>
    bindings.flatMap((cache) => cache.list()).filter((binding) => evictsByTaint(binding, name));
  const isEvacuated = (name: string) => isTainted(karmada.get(name)) || leavingFrom(name).length > 0;

  async function keep(name: string): Promise<number | undefined> {
    const member = members.get(name);
    if (!member) {
      await letGo(client, leavingFrom(name), name);
      return undefined;
    }
    return keepEvacuation(client, log, {
      member,
      cluster: karmada.get(name),
      bindings: leavingFrom(name),
      members: members.list(),
      records: records.list(),
      leaving: isEvacuated,
      now: clock.now(),
      maxHoldMs,
    });
  }

  const queue: Queue = createQueue({
    clock,
    log,
    maxRetryMs: 2_000,
    onTry: tryMetrics(metrics, 'evacuations'),
    async work(name) {
      if (!bindings.every(({ synced }) => synced)) return;
      try {
        const againMs = await keep(name);
        if (againMs !== undefined) queue.addAfter(name, againMs);
      } catch (error) {
        // Somebody else wrote in between: that is on its way here.
        if (!isFault(error, 'kube/conflict')) throw error;
        log.debug({ member: name, reason: messageOf(error) }, 'overtaken, looked at again');
        queue.addAfter(name, OVERTAKEN_RETRY_MS);
      }
    },
  });
  depthMetric(metrics, 'evacuations', queue);

  /** Those that anything is to be done about: how far a drain is depends on what every member says. */
  const addAll = () => {
    const marked = members.list().filter(({ metadata }) => metadata.annotations?.[ANNOTATION_EVACUATION]);
    const left = bindings.flatMap((cache) => cache.list().flatMap(tasksOf)).map(({ fromCluster }) => fromCluster);
    const names = [...marked.map(({ metadata }) => metadata.name), ...karmada.keys().filter(isEvacuated), ...left];
    for (const name of new Set(names)) queue.add(name);
  };
  const stops = [members, records].map((cache) => cache.onChange(addAll));
  stops.push(karmada.onChange(({ key }) => queue.add(key)));
  for (const cache of bindings) {
    stops.push(cache.onChange(({ object }) => tasksOf(object).forEach(({ fromCluster }) => queue.add(fromCluster))));
    stops.push(cache.onState(addAll));
  }
  addAll();
  return () => {
    for (const stop of stops) stop();
    for (const cache of bindings) cache.stop();
    queue.stop();
  };
}

function tasksOf({ spec }: KarmadaBinding) {
  return spec.gracefulEvictionTasks ?? [];
}

/** Of all that is bound, only this is looked at. */
function isLeaving(binding: KarmadaBinding): boolean {
  return tasksOf(binding).length > 0;
}

function project({ apiVersion, kind, metadata, spec, status = {} }: KarmadaBinding): KarmadaBinding {
  const { name, namespace, uid, resourceVersion, generation } = metadata;
  const { clusters = [], gracefulEvictionTasks = [] } = spec;
  const { conditions = [], schedulerObservedGeneration = 0, aggregatedStatus = [] } = status;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      uid,
      resourceVersion,
      generation,
    } as typeof metadata,
    spec: { clusters, gracefulEvictionTasks },
    status: {
      conditions,
      schedulerObservedGeneration,
      aggregatedStatus: aggregatedStatus.map(({ clusterName, health = 'Unknown' }) => ({ clusterName, health })),
    },
  };
}
