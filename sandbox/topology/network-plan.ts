/** The whole network of a sandbox as data: what to make, in which order, before anything is made. Pure. */
import { addressAt, type Family, formatIp, formatRange, ip, type Range } from '#kit/index.ts';
import { machineAddresses } from './addresses.ts';
import type { Cluster, ClusterNode, Topology } from './model.ts';
import { cgroups, hostLink, namespaces, pinFolder, wanPorts } from './names.ts';
import { addressFamily } from './per-family.ts';

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

const SETTINGS: Readonly<Record<Family, Readonly<Record<string, string>>>> = {
  /** No reverse-path check: a gateway's replies leave by another device than the request came in by. */
  IPv4: {
    'net.ipv4.ip_forward': '1',
    'net.ipv4.conf.all.rp_filter': '0',
    'net.ipv4.conf.default.rp_filter': '0',
  },
  /** Addresses are given once each: nobody waits a second to see whether somebody else has one. */
  IPv6: {
    'net.ipv6.conf.all.disable_ipv6': '0',
    'net.ipv6.conf.default.disable_ipv6': '0',
    'net.ipv6.conf.default.accept_dad': '0',
    'net.ipv6.conf.default.accept_ra': '0',
    'net.ipv6.conf.all.forwarding': '1',
  },
};

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
    settings: Object.assign({}, ...topology.wans.map(({ family }) => SETTINGS[family])) as Record<string, string>,
    links: [...machineLink(sandbox, topology), ...wanLinks(sandbox, topology), ...lanLinks(sandbox, topology)],
    inside: [
      { namespace: namespaces.wan(sandbox), lines: wanLines(topology) },
      { namespace: namespaces.hub(sandbox), lines: ['link set lo up', ...onWanDevice(topology, topology.hub)] },
      ...topology.clusters.map((cluster) => ({
        namespace: namespaces.controlPlane(sandbox, cluster.name),
        lines: controlPlaneLines(topology, cluster),
      })),
      ...nodes.map(({ cluster, node }) => ({
        namespace: namespaces.node(sandbox, cluster.name, node.name),
        lines: nodeLines(topology, cluster, node),
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
function machineLink(sandbox: string, { wans }: Topology): string[] {
  const link = hostLink(sandbox);
  return [
    `link add name ${link} type veth peer name ${wanPorts.host} netns ${namespaces.wan(sandbox)}`,
    ...addressLines(machineAddresses(wans), wans, link),
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

function controlPlaneLines(topology: Topology, cluster: Cluster): string[] {
  const { lans, lanAddresses, nodes } = cluster;
  return [
    'link set lo up',
    ...onWanDevice(topology, cluster),
    ...bridge(
      'lan0',
      nodes.map(({ name }) => name),
      lanAddresses[0],
    ),
    ...addressLines(lanAddresses, lans, 'lan0'),
    ...nodes.flatMap(podRoutes),
  ];
}

function nodeLines(
  topology: Topology,
  { lans, lanAddresses, dnsAddresses, nodes }: Cluster,
  node: ClusterNode,
): string[] {
  const others = nodes.filter(({ name }) => name !== node.name);
  const gateways = node.podRanges.map((range) => formatIp(addressAt(range, 1)));
  return [
    'link set lo up',
    ...onWanDevice(topology, node),
    ...addressLines(node.lanAddresses, lans, 'lan0'),
    'link set lan0 up',
    ...bridge('pods0', [], gateways[0]),
    ...addressLines(gateways, node.podRanges, 'pods0'),
    ...others.flatMap(podRoutes),
    ...dnsAddresses.map((address, i) => `route add ${address} via ${lanAddresses[i]}`),
  ];
}

function podRoutes({ podRanges, lanAddresses }: ClusterNode): string[] {
  return podRanges.map((range, i) => `route add ${formatRange(range)} via ${lanAddresses[i]}`);
}

/** On the WAN are other families, too, perhaps. */
function onWanDevice({ wans }: Topology, { wanAddresses }: Pick<Cluster, 'wanAddresses'>): string[] {
  const ranges = wanAddresses.flatMap((address) => wans.filter(({ family }) => family === addressFamily(address)));
  return [...addressLines(wanAddresses, ranges, 'wan0'), 'link set wan0 up'];
}

function addressLines(addresses: readonly string[], ranges: readonly Range[], device: string): string[] {
  return addresses.map((address, i) => {
    const atOnce = addressFamily(address) === 'IPv6' ? ' nodad' : '';
    return `addr add ${address}/${ranges[i]?.prefixLength} dev ${device}${atOnce}`;
  });
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
  const low = (ip(address) & 0xffff_ffffn).toString(16).padStart(8, '0');
  return ['02', '00', ...(low.match(/../g) ?? [])].join(':');
}

/** What nftables calls the header of a family. */
const HEADER: Readonly<Record<Family, string>> = { IPv4: 'ip', IPv6: 'ip6' };

function masquerade({ podRanges }: Cluster): string {
  const rules = podRanges.flatMap((range) => {
    const leaving = `${HEADER[range.family]} saddr ${formatRange(range)} oifname "wan0"`;
    return [`${leaving} meta l4proto { tcp, udp } masquerade to :${MASQUERADE_PORTS}`, `${leaving} masquerade`];
  });
  return translation('postrouting', 'srcnat', rules);
}

/** The cluster's DNS answers at its cluster IPs without any service proxy, as long as the control plane lives. */
function dnsTranslation({ dnsAddresses, lanAddresses }: Cluster): string {
  const rules = dnsAddresses.map((address, i) => {
    const header = HEADER[addressFamily(address)];
    return `${header} daddr ${address} dnat ${header} to ${lanAddresses[i]}`;
  });
  return translation('prerouting', 'dstnat', rules);
}

function translation(hook: string, priority: string, rules: readonly string[]): string {
  return `table inet sandbox {
  chain ${hook} {
    type nat hook ${hook} priority ${priority};
${rules.map((rule) => `    ${rule}\n`).join('')}  }
}
`;
}

/**
 * Ports of a bridge that nobody hears (`mute`) or that hear nobody (`deaf`) but the machine and their own kind. Filled by faults.
 *
 * @param kin ports that go on hearing each other: a cluster that is cut off keeps its own API server
 */
function faultTable(kin: readonly (readonly string[])[]): string {
  const accepted = kin.map((ports) => `{ ${ports.map((port) => `"${port}"`).join(', ')} }`);
  return `table bridge faults {
  set mute { type ifname; }
  set deaf { type ifname; }
  chain forward {
    type filter hook forward priority 0
${accepted.map((ports) => `    iifname ${ports} oifname ${ports} accept\n`).join('')}    iifname @mute oifname != "${wanPorts.host}" drop
    oifname @deaf iifname != "${wanPorts.host}" drop
  }
  chain input {
    type filter hook input priority 0
    iifname @mute drop
  }
  chain output {
    type filter hook output priority 0
    oifname @deaf drop
  }
}
`;
}

function clusterPorts({ index, nodes }: Cluster): string[] {
  return [wanPorts.controlPlane(index), ...nodes.map((node) => wanPorts.node(index, node.index))];
}
