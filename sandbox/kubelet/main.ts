import { once } from 'node:events';
import { createLog, systemClock } from '#kit/index.ts';
import { createClient, readKubeconfig } from '#kube/index.ts';
import { runWorkloads } from '#sandbox/workloads/index.ts';
import type { KubeletConfig } from './config.ts';
import { sayEvents } from './events.ts';
import { defaultPodTool, writeLaunchers } from './launchers.ts';
import { keepNodes } from './node-status.ts';
import { keepPods } from './pods.ts';
import { servePods } from './serve.ts';

/** Runs until the signal fires (default: SIGTERM or SIGINT). Pods go on running: the next kubelet adopts them. */
export async function runKubelet(config: KubeletConfig, signal?: AbortSignal): Promise<void> {
  const clock = systemClock;
  const log = createLog('kubelet', { cluster: config.cluster });
  const client = createClient(readKubeconfig(config.kubeconfig), { clock });
  const podTool = config.podTool ?? defaultPodTool();
  const binFolder = writeLaunchers(config.stateDir, podTool);
  const workloads = runWorkloads(client, clock, log);
  const say = sayEvents(client, clock, log);
  const pods = keepPods({ config, podTool, binFolder, client, cache: workloads.caches.pods, say, clock, log });
  const stopServing = await servePods(config.socket, pods, clock, log);
  const stopNodes = await keepNodes(client, config, clock, log);
  log.info({ nodes: config.nodes.length }, 'ready');
  await told(signal);
  stopNodes();
  stopServing();
  pods.stop();
  workloads.stop();
  client.close();
}

async function told(signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return void (await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]));
  if (!signal.aborted) await once(signal, 'abort');
}
