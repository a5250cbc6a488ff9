/** `sealane check`: collects facts, and lets `explain` judge them. */
import { existsSync } from 'node:fs';
import { DEFAULT_SNAT_PORTS, DEFAULT_VIP_RANGE } from '#api/index.ts';
import { CHECKS, type CheckResult, type ClusterFacts, type Facts, type Known, runChecks } from '#explain/index.ts';
import type { Clock } from '#kit/index.ts';
import { type Access, createClient, readKubeconfig } from '#kube/index.ts';
import { registrations } from '../duties/register.ts';
import { clusterFacts } from './cluster-facts.ts';
import { machineFacts, type MachineQuestion, problemOf } from './machine-facts.ts';

export interface CheckQuestion extends MachineQuestion, Pick<Facts['wanted'], 'lanePorts' | 'probePort' | 'version'> {
  /** One of each family; by default those that agents of this machine were given. */
  readonly vipRanges?: readonly string[];
  /** Of the cluster that this machine belongs to. */
  readonly kubeconfig?: string;
  /** Of the kubeconfig; its current one when left out. */
  readonly context?: string;
  readonly clock: Clock;
}

/** @throws `host/command-missing` without `ip`, `kube/bad-kubeconfig` */
export async function checkMachine(question: CheckQuestion): Promise<CheckResult[]> {
  const { vipRanges = rangesInForce(), lanePorts, probePort, version, kubeconfig, context, clock } = question;
  const [machine, cluster] = await Promise.all([
    machineFacts(question),
    kubeconfig === undefined ? undefined : clusterIn(readKubeconfig(kubeconfig, { context }), clock),
  ]);
  const wanted = { vipRanges, lanePorts, snatPorts: DEFAULT_SNAT_PORTS, probePort, version };
  return runChecks(CHECKS, { wanted, machine, ...(cluster && { cluster }) });
}

/** An agent's pins serve as long as they are there, with it or without. */
function rangesInForce(): readonly string[] {
  const serving = registrations().filter(({ pinDir }) => existsSync(pinDir));
  const given = new Set(serving.flatMap(({ vipRanges = [] }) => vipRanges));
  return given.size > 0 ? [...given] : [DEFAULT_VIP_RANGE];
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
