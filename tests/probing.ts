/** What the nodes of a sandbox know of other clusters' gateways, read from their pins, and the processes that found it out. */
import { existsSync, readFileSync } from 'node:fs';
import { ClusterFlag, openTable, tables } from '#kernel/index.ts';
import { readTopologyState, statePaths } from '#sandbox/supervise/index.ts';
import { pinFolder } from '#sandbox/topology/index.ts';

export const NODES = ['node-1', 'node-2'] as const;

/** `cluster/node` of every node whose kernel opens no connection to that cluster. */
export function downBits(sandbox: string, cluster: string): string[] {
  return readTopologyState(sandbox).clusters.flatMap(({ name, nodes }) =>
    nodes.flatMap((node) => (isDown(sandbox, name, node.name, cluster) ? [`${name}/${node.name}`] : [])),
  );
}

function isDown(sandbox: string, cluster: string, node: string, peer: string): boolean {
  const path = `${statePaths(sandbox).agentState(cluster, node)}/clusters.json`;
  const names = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as string[]) : [];
  const flags = openTable(pinFolder(sandbox, cluster, node), tables.clusters);
  try {
    return ((flags.get(Math.max(0, names.indexOf(peer))) ?? 0) & ClusterFlag.Down) !== 0;
  } finally {
    flags.raw.close();
  }
}

/** Flows that a gateway has ever begun. */
export function flowsOf(sandbox: string, cluster: string, node: string): number {
  const flows = openTable(pinFolder(sandbox, cluster, node), tables.lane_flows);
  try {
    return [...flows.all()].reduce((sum, [, count]) => sum + Number(count), 0);
  } finally {
    flows.raw.close();
  }
}

export function signalProbers(sandbox: string, cluster: string, signal: NodeJS.Signals): void {
  for (const node of NODES) {
    const path = `${statePaths(sandbox).agentState(cluster, node)}/prober.json`;
    process.kill((JSON.parse(readFileSync(path, 'utf8')) as { pid: number }).pid, signal);
  }
}
