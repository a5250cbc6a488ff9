/** Which ends of which bridges a place hangs on. Pure. */
import { namespaces, type Topology, wanPorts } from '#sandbox/topology/index.ts';

export interface Port {
  readonly namespace: string;
  readonly device: string;
}

/** @returns none when there is no such place */
export function cutPorts(sandbox: string, topology: Topology, target: string): Port[] {
  const wan = namespaces.wan(sandbox);
  if (target === 'hub') return [{ namespace: wan, device: wanPorts.hub }];
  const [clusterName = '', nodeName, side, ...more] = target.split('/');
  const cluster = topology.clusters.find(({ name }) => name === clusterName);
  if (!cluster || more.length > 0) return [];
  if (nodeName === undefined) {
    const ports = [
      wanPorts.controlPlane(cluster.index),
      ...cluster.nodes.map((node) => wanPorts.node(cluster.index, node.index)),
    ];
    return ports.map((device) => ({ namespace: wan, device }));
  }
  const node = cluster.nodes.find(({ name }) => name === nodeName);
  if (!node) return [];
  if (side === undefined) return [{ namespace: wan, device: wanPorts.node(cluster.index, node.index) }];
  return side === 'lan' ? [{ namespace: namespaces.controlPlane(sandbox, cluster.name), device: node.name }] : [];
}
