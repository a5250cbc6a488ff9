import type { Clock, Log } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import { type Caches, openCaches } from './context.ts';
import { runDeployments } from './deployments.ts';
import { runEndpointSlices } from './endpoint-slices.ts';
import { runReplicaSets } from './replica-sets.ts';
import { runStatefulSets } from './stateful-sets.ts';
import { runScheduler } from './scheduler.ts';

const CONTROLLERS = [runDeployments, runReplicaSets, runStatefulSets, runEndpointSlices, runScheduler];

export interface Workloads {
  /** Shared, so that a process follows each kind once. */
  readonly caches: Caches;
  stop(): void;
}

/** Starts the controllers of one cluster; they act once all caches are filled. */
export function runWorkloads(client: Client, clock: Clock, log: Log): Workloads {
  const caches = openCaches(client, clock, log);
  const context = { client, caches, clock, log };
  let stops: (() => void)[] = [];
  let stopped = false;
  void Promise.all(Object.values(caches).map((cache) => cache.whenSynced())).then(() => {
    if (!stopped) stops = CONTROLLERS.map((run) => run(context));
  });
  return {
    caches,
    stop() {
      stopped = true;
      for (const stop of stops) stop();
      for (const cache of Object.values(caches)) cache.stop();
    },
  };
}
