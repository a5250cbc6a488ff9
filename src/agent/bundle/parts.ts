/** What goes into a bundle, piece by piece. Nothing is read before its turn. */
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { basename } from 'node:path';
import { DEFAULT_LANE_PORTS, DEFAULT_PROBE_PORT } from '#api/index.ts';
import { capture } from '#host/index.ts';
import { libbpfVersion, listLinks } from '#kernel/index.ts';
import type { Clock } from '#kit/index.ts';
import { describeBpf } from '../bpf/describe-bpf.ts';
import { checkMachine } from '../check/check-machine.ts';
import { type Registration, registrations } from '../duties/register.ts';
import { statusOf } from '../status/read-status.ts';
import { clusterParts } from './cluster-parts.ts';
import { dumpTables } from './dump-tables.ts';
import { readTail } from './read-tail.ts';

export interface Part {
  /** Path within the bundle. */
  readonly name: string;
  /** Text, or what becomes JSON; secrets are taken out later. */
  readonly read: () => unknown;
}

export interface BundleQuestion {
  /** Part of the pin directory, to choose among the agents of this machine. */
  readonly within: string;
  /** Clusters to look at; those of the agents when there is none. */
  readonly clusters: readonly ClusterAccess[];
  /** More files: logs (their end), and configuration. */
  readonly logs: readonly string[];
  readonly config: readonly string[];
  readonly version: string;
  readonly clock: Clock;
}

export interface ClusterAccess {
  readonly name: string;
  readonly kubeconfig: string;
  readonly context?: string;
}

export function partsOf(question: BundleQuestion): Part[] {
  const { within, logs, config } = question;
  const agents = registrations().filter(({ pinDir }) => pinDir.includes(within));
  const known = new Map(agents.map(({ cluster: name, kubeconfig }) => [name, { name, kubeconfig }]));
  const clusters = question.clusters.length > 0 ? question.clusters : [...known.values()];
  return [
    { name: 'versions.json', read: () => versions(question.version) },
    { name: 'network.json', read: network },
    { name: 'agents.json', read: () => agents },
    { name: 'bpf.json', read: () => describeBpf(within) },
    ...agents.flatMap(agentParts),
    ...clusters.flatMap((cluster) => [...lookParts(cluster, question), ...clusterParts(cluster, question.clock)]),
    ...logs.map((file) => ({ name: `logs/${basename(file)}`, read: () => readTail(file) })),
    ...config.map((file) => ({ name: `config/${basename(file)}`, read: () => readWhole(file) })),
  ];
}

function agentParts({ cluster, node, pinDir, stateDir }: Registration): Part[] {
  const folder = `agents/${cluster}-${node}`;
  return [
    { name: `${folder}/tables.json`, read: () => dumpTables(pinDir) },
    { name: `${folder}/links.json`, read: () => linksOf(pinDir) },
    { name: `${folder}/dns.json`, read: () => readWhole(`${stateDir}/dns.json`) },
  ];
}

function linksOf(pinDir: string): unknown {
  return [...listLinks(pinDir)].map(([name, link]) => ({ name, ...link, cgroupId: String(link.cgroupId) }));
}

function lookParts({ name, kubeconfig, context }: ClusterAccess, { clock, version }: BundleQuestion): Part[] {
  const access = { kubeconfig, ...(context !== undefined && { context }) };
  const wanted = { lanePorts: DEFAULT_LANE_PORTS, probePort: DEFAULT_PROBE_PORT, version };
  return [
    { name: `clusters/${name}/check.json`, read: () => checkMachine({ ...access, ...wanted, clock }) },
    {
      name: `clusters/${name}/status.json`,
      read: () => statusOf(kubeconfig, { waitMs: 0, clock, ...(context !== undefined && { context }) }),
    },
  ];
}

/** Objects where it is JSON: those are looked through by their fields. */
function readWhole(file: string): unknown {
  const text = readFileSync(file, 'utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

async function versions(sealane: string): Promise<unknown> {
  const ask = async (command: string, ...args: string[]) => {
    const { stdout, stderr } = await capture(command, args).catch(() => ({ stdout: 'not found', stderr: '' }));
    return (stdout || stderr).trim().split('\n')[0];
  };
  const [ip, nft, kubectl] = await Promise.all([
    ask('ip', '-V'),
    ask('nft', '--version'),
    ask('kubectl', 'version', '--client'),
  ]);
  return { sealane, node: process.version, kernel: release(), libbpf: libbpfVersion(), ip, nft, kubectl };
}

async function network(): Promise<unknown> {
  const ask = async (...args: string[]) =>
    JSON.parse((await capture('ip', ['-json', ...args])).stdout || '[]') as unknown;
  const [addresses, routes, routes6] = await Promise.all([ask('address'), ask('route'), ask('-6', 'route')]);
  return { addresses, routes, routes6 };
}
