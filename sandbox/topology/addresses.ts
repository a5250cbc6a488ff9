/** Gives every place its address, and refuses ranges that would be in each other's way. Pure. */
import { addressAt, cidr, formatIp, formatRange, overlaps, type Range } from '#kit/index.ts';
import type { Cluster, ClusterNode, Topology } from './model.ts';
import type { ClusterValues, Report, TopologyValues } from './schema.ts';

export const DEFAULT_WAN = cidr('172.30.77.0/24');

const DEFAULTS = {
  nodes: 2,
  transport: 'Plain',
  podRange: cidr('10.244.0.0/16'),
  serviceRange: cidr('10.96.0.0/16'),
  vipRange: cidr('240.10.0.0/16'),
  lan: cidr('10.77.0.0/24'),
  lanePorts: { first: 10_000, last: 14_999 },
} as const;

export function addressed(values: TopologyValues, clusters: readonly ClusterValues[], report: Report): Topology {
  const wan = values.wan ?? DEFAULT_WAN;
  const topology = {
    wan,
    wanIsWritten: values.wan !== undefined,
    hub: { wanAddress: host(wan, 2) },
    clusters: clusters.map((cluster, i) => addressCluster(wan, { ...DEFAULTS, ...values, ...cluster }, i + 1, report)),
  };
  for (const cluster of topology.clusters) reportOverlaps(topology.wan, cluster, report);
  return topology;
}

/** The same topology on another WAN. */
export function onWan(topology: Topology, wan: Range): Topology {
  return {
    ...topology,
    wan,
    hub: { wanAddress: host(wan, 2) },
    clusters: topology.clusters.map((cluster) => ({
      ...cluster,
      wanAddress: host(wan, 10 * cluster.index),
      nodes: cluster.nodes.map((node) => ({ ...node, wanAddress: host(wan, 10 * cluster.index + node.index) })),
    })),
  };
}

/** The machine's own address on the WAN. */
export function machineAddress(wan: Range): string {
  return host(wan, 1);
}

type Filled = ClusterValues & { [K in keyof typeof DEFAULTS]: NonNullable<ClusterValues[K]> };

function addressCluster(wan: Range, values: Filled, index: number, report: Report): Cluster {
  const { name, nodes, gateways, transport, region, zone, podRange, serviceRange, vipRange, lan, lanePorts } = values;
  const names = Array.from({ length: nodes }, (_, i) => `node-${i + 1}`);
  for (const gateway of gateways ?? []) {
    if (!names.includes(gateway))
      report(['clusters', index - 1, 'gateways'], `"${gateway}" is not one of its ${nodes} nodes`);
  }
  if (gateways?.length === 0) report(['clusters', index - 1, 'gateways'], 'at least one node must be a gateway');
  return {
    name,
    index,
    transport,
    ...(region === undefined ? {} : { region }),
    ...(zone === undefined ? {} : { zone }),
    podRange,
    serviceRange,
    vipRange,
    lan,
    lanePorts,
    wanAddress: host(wan, 10 * index),
    lanAddress: host(lan, 1),
    dnsAddress: host(serviceRange, 10),
    nodes: names.map((node, i) => addressNode({ wan, lan, podRange }, index, node, i + 1, gateways)),
  };
}

function addressNode(
  { wan, lan, podRange }: Record<'wan' | 'lan' | 'podRange', Range>,
  cluster: number,
  name: string,
  index: number,
  gateways: readonly string[] | undefined,
): ClusterNode {
  return {
    name,
    index,
    gateway: gateways?.includes(name) ?? true,
    wanAddress: host(wan, 10 * cluster + index),
    lanAddress: host(lan, 10 + index),
    podRange: { family: 'IPv4', base: addressAt(podRange, 256 * index), prefixLength: 24, size: 256n },
  };
}

function reportOverlaps(wan: Range, cluster: Cluster, report: Report): void {
  const fields = ['podRange', 'serviceRange', 'vipRange', 'lan'] as const;
  const ranges = [...fields.map((name) => ({ name, range: cluster[name] })), { name: 'wan', range: wan }];
  for (const [i, a] of ranges.entries()) {
    for (const b of ranges.slice(i + 1)) {
      if (!overlaps(a.range, b.range)) continue;
      const message = `${a.name} ${formatRange(a.range)} overlaps ${b.name} ${formatRange(b.range)}`;
      report(['clusters', cluster.index - 1, a.name], message);
    }
  }
}

function host(range: Range, offset: number): string {
  return formatIp(addressAt(range, offset));
}
