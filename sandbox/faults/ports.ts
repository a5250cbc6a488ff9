/** Which ends of which bridges a place hangs on. Pure. */
import { machineAddresses, namespaces, type Place, type Topology, wanPorts } from '#sandbox/topology/index.ts';

export interface End {
  readonly namespace: string;
  readonly device: string;
}

export interface Port extends End {
  /** The place's own end of the same link. */
  readonly far: End;
  /** Addresses behind the bridge to which no distance is put: of the machine, and of the place's own cluster. */
  readonly near: readonly string[];
}

/** @returns none when there is no such place */
export function portsOf(sandbox: string, topology: Topology, target: string): Port[] {
  const wan = namespaces.wan(sandbox);
  const onWan = (device: string, namespace: string, kin: readonly Place[] = []): Port => ({
    namespace: wan,
    device,
    far: { namespace, device: 'wan0' },
    near: [...machineAddresses(topology.wans), ...kin.flatMap(({ wanAddresses }) => wanAddresses)],
  });
  if (target === 'hub') return [onWan(wanPorts.hub, namespaces.hub(sandbox))];
  const [clusterName = '', nodeName, side, ...more] = target.split('/');
  const cluster = topology.clusters.find(({ name }) => name === clusterName);
  if (!cluster || more.length > 0) return [];
  const kin = [cluster, ...cluster.nodes];
  const plane = namespaces.controlPlane(sandbox, cluster.name);
  const ofNode = ({ name, index }: (typeof cluster.nodes)[number]) =>
    onWan(wanPorts.node(cluster.index, index), namespaces.node(sandbox, cluster.name, name), kin);
  if (nodeName === undefined)
    return [onWan(wanPorts.controlPlane(cluster.index), plane, kin), ...cluster.nodes.map(ofNode)];
  const node = cluster.nodes.find(({ name }) => name === nodeName);
  if (!node) return [];
  if (side === undefined) return [ofNode(node)];
  const far = { namespace: ofNode(node).far.namespace, device: 'lan0' };
  return side === 'lan' ? [{ namespace: plane, device: node.name, far, near: [] }] : [];
}

/** Names of places that together have every port. */
export function placesOf({ clusters }: Topology): string[] {
  const ofCluster = ({ name, nodes }: Topology['clusters'][number]) => [
    name,
    ...nodes.map((node) => `${name}/${node.name}/lan`),
  ];
  return ['hub', ...clusters.flatMap(ofCluster)];
}
