/** Door of the topology: from a file to namespaces, links, routes and cgroups, and back to nothing. */
export { machineAddresses } from './addresses.ts';
export { bringUpNetwork } from './build-network.ts';
export { BUILT_IN } from './built-in.ts';
export { withFreeWan } from './free-wan.ts';
export type { Cluster, ClusterNode, Place, Topology, Transport } from './model.ts';
export {
  cgroups,
  checkName,
  DEFAULT_NAME,
  hostLink,
  namespacePrefix,
  namespaces,
  pinFolder,
  stateFolder,
  wanPorts,
} from './names.ts';
export { addressFamily, inFamilies, type PerFamily, perFamily } from './per-family.ts';
export { type NetworkPlan, planNetwork } from './network-plan.ts';
export { usualRange } from './ranges.ts';
export { readTopology } from './read-topology.ts';
export { savedTopology, topologyText } from './saved-topology.ts';
export { removeNetwork, tracesOf } from './remove-network.ts';
