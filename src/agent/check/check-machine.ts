/** `sealane check`: collects facts, and lets `explain` judge them. */
import { DEFAULT_SNAT_PORTS } from '#api/index.ts';
import { CHECKS, type CheckResult, type ClusterFacts, type Facts, type Known, runChecks } from '#explain/index.ts';
import type { Clock } from '#kit/index.ts';
import { type Access, createClient, readKubeconfig } from '#kube/index.ts';
import { clusterFacts } from './cluster-facts.ts';
import { machineFacts, type MachineQuestion, problemOf } from './machine-facts.ts';

export interface CheckQuestion extends MachineQuestion, Pick<Facts['wanted'], 'vipRange' | 'lanePorts' | 'version'> {
  /** Of the cluster that this machine belongs to. */
  readonly kubeconfig?: string;
  /** Of the kubeconfig; its current one when left out. */
  readonly context?: string;
  readonly clock: Clock;
}

/** @throws `host/command-missing` without `ip`, `kube/bad-kubeconfig` */
export async function checkMachine(question: CheckQuestion): Promise<CheckResult[]> {
  const { vipRange, lanePorts, version, kubeconfig, context, clock } = question;
  const [machine, cluster] = await Promise.all([
    machineFacts(question),
    kubeconfig === undefined ? undefined : clusterIn(readKubeconfig(kubeconfig, { context }), clock),
  ]);
  const wanted = { vipRange, lanePorts, snatPorts: DEFAULT_SNAT_PORTS, version };
  return runChecks(CHECKS, { wanted, machine, ...(cluster && { cluster }) });
}

async function clusterIn(access: Access, clock: Clock): Promise<Known<ClusterFacts>> {
  const client = createClient(access, { clock });
  try {
    return { value: await clusterFacts(client, clock) };
  } catch (error) {
    return problemOf(error);
  } finally {
    client.close();
  }
}
