/** Writes the configuration files of the sandbox's own processes. */
import { formatRange, type Range } from '#kit/index.ts';
import type { ClusterDnsConfig } from '#sandbox/cluster-dns/index.ts';
import type { PropagationConfig } from '#sandbox/karmada/index.ts';
import type { KubeletConfig } from '#sandbox/kubelet/index.ts';
import {
  type Cluster,
  cgroups,
  namespaces,
  type PerFamily,
  perFamily,
  type Topology,
  usualRange,
} from '#sandbox/topology/index.ts';
import type { ApiServerConfig } from './apiserver-config.ts';
import { API_PORT } from './credentials.ts';
import { type StatePaths, writeJson } from './state.ts';

export function writeConfigs(sandbox: string, topology: Topology, paths: StatePaths, cgroupMount: string): void {
  const members = topology.clusters.map(({ name }) => name);
  const hubRanges = perFamily(topology.wans, ({ family }) => usualRange('serviceRange', family));
  writeJson(paths.config('apiserver/hub'), { ...apiServer(paths, 'hub', hubRanges), members });
  writeJson(paths.config('propagation'), propagation(sandbox, topology, paths));
  for (const cluster of topology.clusters) {
    const { name } = cluster;
    writeJson(paths.config(`apiserver/${name}`), {
      ...apiServer(paths, name, cluster.serviceRanges),
      kubeletSocket: paths.kubeletSocket(name),
    });
    writeJson(paths.config(`kubelet/${name}`), kubelet(sandbox, cluster, paths, cgroupMount));
    writeJson(paths.config(`cluster-dns/${name}`), clusterDns(cluster, paths));
  }
}

function apiServer(paths: StatePaths, name: string, serviceRanges: PerFamily<Range>): ApiServerConfig {
  return {
    name,
    role: name === 'hub' ? 'hub' : 'member',
    address: serviceRanges.some(({ family }) => family === 'IPv6') ? '::' : '0.0.0.0',
    port: API_PORT,
    certificateFile: paths.pki(name, 'apiserver.crt'),
    keyFile: paths.pki(name, 'apiserver.key'),
    clientAuthorityFile: paths.pki(name, 'ca.crt'),
    tokenKeyFile: paths.pki(name, 'tokens.key'),
    database: paths.database(name),
    serviceRanges: serviceRanges.map(formatRange),
  };
}

function propagation(sandbox: string, { clusters, failover }: Topology, paths: StatePaths): PropagationConfig {
  return {
    sandbox,
    failover,
    kubeconfig: paths.kubeconfigOf('hub', 'propagation'),
    members: clusters.map(({ name, region, zone }) => ({
      name,
      kubeconfig: paths.kubeconfigOf(name, 'propagation'),
      ...(region === undefined ? {} : { region }),
      ...(zone === undefined ? {} : { zone }),
    })),
  };
}

function kubelet(sandbox: string, cluster: Cluster, paths: StatePaths, cgroupMount: string): KubeletConfig {
  return {
    sandbox,
    cluster: cluster.name,
    kubeconfig: paths.kubeconfigOf(cluster.name, 'kubelet'),
    stateDir: paths.kubeletState(cluster.name),
    socket: paths.kubeletSocket(cluster.name),
    clusterDns: cluster.dnsAddresses,
    nodes: cluster.nodes.map((node) => ({
      name: node.name,
      namespace: namespaces.node(sandbox, cluster.name, node.name),
      cgroup: `${cgroupMount}/${cgroups.pods(sandbox, cluster.name, node.name)}`,
      podRanges: node.podRanges.map(formatRange),
      bridge: 'pods0',
      lanAddresses: node.lanAddresses,
      ...(cluster.region || cluster.zone ? { labels: localityLabels(cluster) } : {}),
    })),
  };
}

function localityLabels({ region, zone }: Cluster): Record<string, string> {
  return {
    ...(region === undefined ? {} : { 'topology.kubernetes.io/region': region }),
    ...(zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone }),
  };
}

function clusterDns(cluster: Cluster, paths: StatePaths): ClusterDnsConfig {
  return {
    cluster: cluster.name,
    kubeconfig: paths.kubeconfigOf(cluster.name, 'cluster-dns'),
    addresses: cluster.lanAddresses,
  };
}
