/** Every process of a sandbox as data: its command line, where it runs, and when it is started. Pure. */
import { formatRange } from '#kit/index.ts';
import {
  type Cluster,
  type ClusterNode,
  cgroups,
  namespaces,
  pinFolder,
  type Topology,
} from '#sandbox/topology/index.ts';
import type { StatePaths } from './state.ts';

export type Stage = 'api' | 'rest';

export interface ProcessSpec {
  /** Such as `apiserver/cluster-1`, `agent/cluster-1/node-1`. */
  readonly name: string;
  readonly bundle: 'sealane' | 'sealane-sandbox';
  readonly args: readonly string[];
  /** Network namespace. */
  readonly namespace: string;
  /** Below the cgroup v2 mount. */
  readonly cgroup: string;
  readonly logFile: string;
  /** API servers come first: objects are made in them before anyone else starts. */
  readonly stage: Stage;
}

/** What differs between processes; the rest follows from the name. */
type Draft = Omit<ProcessSpec, 'cgroup' | 'logFile' | 'stage'>;

/** @param cgroupMount where cgroup v2 is mounted */
export function processTable(
  sandbox: string,
  topology: Topology,
  paths: StatePaths,
  cgroupMount: string,
): ProcessSpec[] {
  const hubNamespace = namespaces.hub(sandbox);
  const drafts: Draft[] = [
    configured('apiserver', 'apiserver/hub', hubNamespace, paths),
    ...topology.clusters.map(({ name }) =>
      configured('apiserver', `apiserver/${name}`, namespaces.controlPlane(sandbox, name), paths),
    ),
    {
      name: 'hub',
      bundle: 'sealane',
      namespace: hubNamespace,
      args: ['hub', '--kubeconfig', paths.kubeconfigOf('hub', 'hub')],
    },
    configured('propagation', 'propagation', hubNamespace, paths),
    ...topology.clusters.flatMap((cluster) => clusterProcesses(sandbox, cluster, paths, cgroupMount)),
  ];
  return drafts.map((draft) => complete(sandbox, draft, paths));
}

export const RELAY = 'relay';

/** Makes links slow; there while some are. */
export function relayProcess(sandbox: string, paths: StatePaths): ProcessSpec {
  const namespace = namespaces.wan(sandbox);
  const draft: Draft = { name: RELAY, bundle: 'sealane-sandbox', namespace, args: ['relay', '--name', sandbox] };
  return complete(sandbox, draft, paths);
}

function complete(sandbox: string, draft: Draft, paths: StatePaths): ProcessSpec {
  return {
    ...draft,
    cgroup: cgroups.system(sandbox),
    logFile: paths.log(draft.name),
    stage: draft.name.startsWith('apiserver/') ? 'api' : 'rest',
  };
}

function clusterProcesses(sandbox: string, cluster: Cluster, paths: StatePaths, cgroupMount: string): Draft[] {
  const { name } = cluster;
  const namespace = namespaces.controlPlane(sandbox, name);
  return [
    {
      name: `member/${name}`,
      bundle: 'sealane',
      namespace,
      args: [
        'member',
        ...flags({
          '--cluster': name,
          '--kubeconfig': paths.kubeconfigOf(name, 'member'),
          '--hub-kubeconfig': paths.kubeconfigOf('hub', `member-${name}`),
          '--vip-range': cluster.vipRanges.map(formatRange).join(','),
          '--lane-ports': lanePorts(cluster),
        }),
      ],
    },
    configured('kubelet', `kubelet/${name}`, namespace, paths),
    configured('cluster-dns', `cluster-dns/${name}`, namespace, paths),
    ...cluster.nodes.map((node) => agent(sandbox, cluster, node, paths, cgroupMount)),
  ];
}

function agent(sandbox: string, cluster: Cluster, node: ClusterNode, paths: StatePaths, cgroupMount: string): Draft {
  return {
    name: `agent/${cluster.name}/${node.name}`,
    bundle: 'sealane',
    namespace: namespaces.node(sandbox, cluster.name, node.name),
    args: [
      'agent',
      ...flags({
        '--cluster': cluster.name,
        '--node-name': node.name,
        '--kubeconfig': paths.kubeconfigOf(cluster.name, `agent-${node.name}`),
        '--cgroup': `${cgroupMount}/${cgroups.pods(sandbox, cluster.name, node.name)}`,
        '--pin-dir': pinFolder(sandbox, cluster.name, node.name),
        '--role': node.gateway ? 'node,gateway' : 'node',
        '--gateway-address': node.wanAddresses.join(','),
        '--gateway-device': 'wan0',
        '--cluster-dns': cluster.dnsAddresses.join(','),
        '--upstream-dns': cluster.lanAddresses.join(','),
        '--service-proxy': 'true',
        '--state-dir': paths.agentState(cluster.name, node.name),
        '--vip-range': cluster.vipRanges.map(formatRange).join(','),
        '--lane-ports': lanePorts(cluster),
      }),
    ],
  };
}

function flags(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flat();
}

function lanePorts({ lanePorts: { first, last } }: Cluster): string {
  return `${first}-${last}`;
}

/** A process of the sandbox itself: all it needs is in a file. */
function configured(command: string, name: string, namespace: string, paths: StatePaths): Draft {
  return { name, bundle: 'sealane-sandbox', namespace, args: [command, '--config', paths.config(name)] };
}
