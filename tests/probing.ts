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
  const number = numberOf(sandbox, cluster, node, peer);
  return ((fromTable(sandbox, cluster, node, tables.clusters, number) ?? 0) & ClusterFlag.Down) !== 0;
}

/** Milliseconds to another cluster and back, by the handshakes of the node that has seen most; 0 when none has. */
export function distanceOf(sandbox: string, cluster: string, peer: string): number {
  const known = NODES.map((node) => {
    const number = numberOf(sandbox, cluster, node, peer);
    return fromTable(sandbox, cluster, node, tables.distances, number) ?? 0;
  });
  return Math.max(...known) / 1000;
}

/** How often the kernels of a cluster have ejected somebody. */
export function ejectionsOf(sandbox: string, cluster: string): bigint {
  const counts = NODES.map((node) => fromTable(sandbox, cluster, node, tables.ejections, 0) ?? 0n);
  return counts.reduce((sum, count) => sum + count, 0n);
}

/** By which a node's kernel knows another cluster; 0 when it does not. */
function numberOf(sandbox: string, cluster: string, node: string, peer: string): number {
  const path = `${statePaths(sandbox).agentState(cluster, node)}/clusters.json`;
  const names = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as string[]) : [];
  return Math.max(0, names.indexOf(peer));
}

function fromTable<V>(
  sandbox: string,
  cluster: string,
  node: string,
  which: Parameters<typeof openTable<number, V>>[1],
  index: number,
): V | undefined {
  const table = openTable(pinFolder(sandbox, cluster, node), which);
  try {
    return table.get(index);
  } finally {
    table.raw.close();
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
