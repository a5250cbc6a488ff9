/** The whole network of a sandbox as data: what to make, in which order, before anything is made. Pure. */
import { addressAt, formatIp, formatRange } from '#kit/index.ts';
import { machineAddress } from './addresses.ts';
import type { Cluster, ClusterNode, Topology } from './model.ts';
import { cgroups, hostLink, namespaces, pinFolder, wanPorts } from './names.ts';

export interface NetworkPlan {
  readonly namespaces: readonly string[];
  /** Kernel settings, the same in every namespace. */
  readonly settings: Readonly<Record<string, string>>;
  /** `ip` lines run in the machine's namespace: links between namespaces, and the machine's own end. */
  readonly links: readonly string[];
  /** `ip` lines run inside a namespace. */
  readonly inside: readonly { readonly namespace: string; readonly lines: readonly string[] }[];
  /** nftables scripts. */
  readonly filters: readonly { readonly namespace: string; readonly script: string }[];
  /** Below the cgroup v2 mount. */
  readonly cgroups: readonly string[];
  readonly pinFolders: readonly string[];
}

/** No reverse-path check: a gateway's replies leave by another device than the request came in by. */
const SETTINGS = {
  'net.ipv4.ip_forward': '1',
  'net.ipv4.conf.all.rp_filter': '0',
  'net.ipv4.conf.default.rp_filter': '0',
} as const;

/** Ports of masqueraded connections: the ephemeral ones, never a lane's or a gateway's. */
const MASQUERADE_PORTS = '32768-60999';

export function planNetwork(sandbox: string, topology: Topology): NetworkPlan {
  const nodes = topology.clusters.flatMap((cluster) => cluster.nodes.map((node) => ({ cluster, node })));
  return {
    namespaces: [
      namespaces.wan(sandbox),
      namespaces.hub(sandbox),
      ...topology.clusters.map(({ name }) => namespaces.controlPlane(sandbox, name)),
      ...nodes.map(({ cluster, node }) => namespaces.node(sandbox, cluster.name, node.name)),
    ],
    settings: SETTINGS,
    links: [...machineLink(sandbox, topology), ...wanLinks(sandbox, topology), ...lanLinks(sandbox, topology)],
    inside: [
      { namespace: namespaces.wan(sandbox), lines: wanLines(topology) },
      { namespace: namespaces.hub(sandbox), lines: ['link set lo up', ...onWanDevice(topology.hub.wanAddress)] },
      ...topology.clusters.map((cluster) => ({
        namespace: namespaces.controlPlane(sandbox, cluster.name),
        lines: controlPlaneLines(cluster),
      })),
      ...nodes.map(({ cluster, node }) => ({
        namespace: namespaces.node(sandbox, cluster.name, node.name),
        lines: nodeLines(cluster, node),
      })),
    ],
    filters: [
      { namespace: namespaces.wan(sandbox), script: faultTable(topology.clusters.map(clusterPorts)) },
      ...topology.clusters.map((cluster) => ({
        namespace: namespaces.controlPlane(sandbox, cluster.name),
        script: dnsTranslation(cluster),
      })),
      ...topology.clusters.map((cluster) => ({
        namespace: namespaces.controlPlane(sandbox, cluster.name),
        script: faultTable([]),
      })),
      ...nodes.map(({ cluster, node }) => ({
        namespace: namespaces.node(sandbox, cluster.name, node.name),
        script: masquerade(cluster),
      })),
    ],
    cgroups: [
      cgroups.system(sandbox),
      ...nodes.map(({ cluster, node }) => cgroups.pods(sandbox, cluster.name, node.name)),
    ],
    pinFolders: nodes.map(({ cluster, node }) => pinFolder(sandbox, cluster.name, node.name)),
  };
}

/** The machine reaches the API servers, and nothing else. */
function machineLink(sandbox: string, { wan }: Topology): string[] {
  const link = hostLink(sandbox);
  return [
    `link add name ${link} type veth peer name ${wanPorts.host} netns ${namespaces.wan(sandbox)}`,
    `addr add ${machineAddress(wan)}/${wan.prefixLength} dev ${link}`,
    `link set ${link} up`,
  ];
}

function wanLinks(sandbox: string, { clusters }: Topology): string[] {
  const wan = namespaces.wan(sandbox);
  const line = (namespace: string, port: string) =>
    `link add name wan0 netns ${namespace} type veth peer name ${port} netns ${wan}`;
  return [
    line(namespaces.hub(sandbox), wanPorts.hub),
    ...clusters.flatMap(({ name, index, nodes }) => [
      line(namespaces.controlPlane(sandbox, name), wanPorts.controlPlane(index)),
      ...nodes.map((node) => line(namespaces.node(sandbox, name, node.name), wanPorts.node(index, node.index))),
    ]),
  ];
}

function lanLinks(sandbox: string, { clusters }: Topology): string[] {
  return clusters.flatMap(({ name, nodes }) =>
    nodes.map(
      (node) =>
        `link add name lan0 netns ${namespaces.node(sandbox, name, node.name)}` +
        ` type veth peer name ${node.name} netns ${namespaces.controlPlane(sandbox, name)}`,
    ),
  );
}

function wanLines({ clusters }: Topology): string[] {
  const ports = [wanPorts.host, wanPorts.hub, ...clusters.flatMap(clusterPorts)];
  return ['link set lo up', ...bridge('wan0', ports)];
}

function controlPlaneLines({ lan, lanAddress, wanAddress, nodes }: Cluster): string[] {
  return [
    'link set lo up',
    ...onWanDevice(wanAddress),
    ...bridge(
      'lan0',
      nodes.map(({ name }) => name),
      lanAddress,
    ),
    `addr add ${lanAddress}/${lan.prefixLength} dev lan0`,
    ...nodes.map((node) => `route add ${formatRange(node.podRange)} via ${node.lanAddress}`),
  ];
}

function nodeLines({ lan, lanAddress, dnsAddress, nodes }: Cluster, node: ClusterNode): string[] {
  const others = nodes.filter(({ name }) => name !== node.name);
  const gateway = formatIp(addressAt(node.podRange, 1));
  return [
    'link set lo up',
    ...onWanDevice(node.wanAddress),
    `addr add ${node.lanAddress}/${lan.prefixLength} dev lan0`,
    'link set lan0 up',
    ...bridge('pods0', [], gateway),
    `addr add ${gateway}/${node.podRange.prefixLength} dev pods0`,
    ...others.map((other) => `route add ${formatRange(other.podRange)} via ${other.lanAddress}`),
    `route add ${dnsAddress}/32 via ${lanAddress}`,
  ];
}

function onWanDevice(address: string): string[] {
  return [`addr add ${address}/24 dev wan0`, 'link set wan0 up'];
}

function bridge(name: string, ports: readonly string[], address?: string): string[] {
  return [
    `link add name ${name}${address === undefined ? '' : ` address ${hardwareAddress(address)}`} type bridge forward_delay 0`,
    ...ports.map((port) => `link set ${port} master ${name} up`),
    `link set ${name} up`,
  ];
}

/** A bridge left alone takes the lowest address among its ports, and a new pod would cut the others off for a while. */
function hardwareAddress(address: string): string {
  return ['02', '00', ...address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))].join(':');
}

function masquerade({ podRange }: Cluster): string {
  const leaving = `ip saddr ${formatRange(podRange)} oifname "wan0"`;
  return `table ip sandbox {
  chain postrouting {
    type nat hook postrouting priority srcnat;
    ${leaving} meta l4proto { tcp, udp } masquerade to :${MASQUERADE_PORTS}
    ${leaving} masquerade
  }
}
`;
}

/** The cluster's DNS answers at its cluster IP without any service proxy, as long as the control plane lives. */
function dnsTranslation({ dnsAddress, lanAddress }: Cluster): string {
  return `table ip sandbox {
  chain prerouting {
    type nat hook prerouting priority dstnat;
    ip daddr ${dnsAddress} dnat to ${lanAddress}
  }
}
`;
}

/**
 * Ports of a bridge that hear and are heard by nobody but the machine and their own kind. Filled by faults.
 *
 * @param kin ports that go on hearing each other: a cluster that is cut off keeps its own API server
 */
function faultTable(kin: readonly (readonly string[])[]): string {
  const accepted = kin.map((ports) => `{ ${ports.map((port) => `"${port}"`).join(', ')} }`);
  return `table bridge faults {
  set cut { type ifname; }
  chain forward {
    type filter hook forward priority 0
${accepted.map((ports) => `    iifname ${ports} oifname ${ports} accept\n`).join('')}    iifname @cut oifname != "${wanPorts.host}" drop
    oifname @cut iifname != "${wanPorts.host}" drop
  }
  chain input {
    type filter hook input priority 0
    iifname @cut drop
  }
  chain output {
    type filter hook output priority 0
    oifname @cut drop
  }
}
`;
}

function clusterPorts({ index, nodes }: Cluster): string[] {
  return [wanPorts.controlPlane(index), ...nodes.map((node) => wanPorts.node(index, node.index))];
}
