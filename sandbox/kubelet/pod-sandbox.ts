/** What a pod needs before its containers, and its removal. */
import { killCgroup, removeCgroup } from '#host/index.ts';
import { messageOf, timestamp } from '#kit/index.ts';
import type { Pod } from '#sandbox/workloads/index.ts';
import type { NodeConfig } from './config.ts';
import type { PodContext, PodEntry } from './pod-entry.ts';
import { type AddressPool, makePodNetwork, podNamespace, removePodNetwork } from './pod-network.ts';
import type { PodRecord } from './records.ts';

/** Makes the network and writes the record down. */
export async function makePodSandbox(
  { config, records, say, clock }: PodContext,
  pod: Pod,
  node: NodeConfig,
  pool: AddressPool,
): Promise<PodRecord> {
  const { uid = '', namespace = 'default', name } = pod.metadata;
  const ownsNetwork = pod.spec.hostNetwork !== true;
  const record: PodRecord = {
    uid,
    namespace,
    name,
    node: node.name,
    addresses: ownsNetwork ? pool.take() : node.lanAddresses,
    netns: ownsNetwork ? podNamespace(config.sandbox, uid) : node.namespace,
    ownsNetwork,
    startTime: timestamp(clock),
    containers: {},
  };
  try {
    if (ownsNetwork) await makePodNetwork(record.netns, uid, record.addresses, node);
  } catch (error) {
    pool.release(record.addresses);
    say(pod, 'Warning', 'FailedCreatePodSandBox', messageOf(error));
    throw error;
  }
  records.save(record);
  return record;
}

/** Ends what is left of it, at once. */
export async function removePodSandbox(
  { records, clock }: PodContext,
  { record, runs, cgroup }: PodEntry,
  pool: AddressPool | undefined,
): Promise<void> {
  for (const run of runs.values()) run.stopProbes();
  killCgroup(cgroup);
  await removeCgroup(cgroup, { clock });
  if (record.ownsNetwork) {
    await removePodNetwork(record.netns);
    pool?.release(record.addresses);
  }
  records.remove(record.uid);
}
