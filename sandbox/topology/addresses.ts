/** Gives every place its addresses, and refuses ranges that are missing or in each other's way. Pure. */
import { addressAt, type Family, formatIp, formatRange, overlaps, type Range } from '#kit/index.ts';
import type { Cluster, ClusterNode, Topology } from './model.ts';
import { inFamilies, type PerFamily, perFamily, rangeFamily } from './per-family.ts';
import { chosenRanges, type Field, reportUnused } from './ranges.ts';
import type { ClusterValues, Report, TopologyValues } from './schema.ts';

/** The machine's own address on the WAN is the first, the hub's the second. */
const MACHINE = 1;
const HUB = 2;

export function addressed(values: TopologyValues, clusters: readonly ClusterValues[], report: Report): Topology {
  const families = clusters.map((cluster) => familiesOf(cluster, values));
  const all = [...new Set(families.flat())] as unknown as PerFamily<Family>;
  reportUnused(values, all, [], report);
  const wans = chosenRanges('wan', values.wan, all, ['wan'], report);
  const topology = {
    wans,
    wanIsWritten: values.wan !== undefined,
    failover: values.failover ?? false,
    hub: onWans(wans, all, HUB),
    clusters: clusters.map((cluster, i) => addressCluster(wans, values, cluster, i + 1, report)),
  };
  for (const cluster of topology.clusters) reportOverlaps(wans, cluster, report);
  return topology;
}

/** The same topology on another WAN. */
export function onWan(topology: Topology, wans: PerFamily<Range>): Topology {
  const all = perFamily(wans, rangeFamily);
  return {
    ...topology,
    wans,
    hub: onWans(wans, all, HUB),
    clusters: topology.clusters.map((cluster) => ({
      ...cluster,
      ...onWans(wans, cluster.families, 10 * cluster.index),
      nodes: cluster.nodes.map((node) => ({
        ...node,
        ...onWans(wans, cluster.families, 10 * cluster.index + node.index),
      })),
    })),
  };
}

export function machineAddresses(wans: PerFamily<Range>): PerFamily<string> {
  return perFamily(wans, (wan) => host(wan, MACHINE));
}

function familiesOf(cluster: ClusterValues, values: TopologyValues): PerFamily<Family> {
  return cluster.families ?? values.families ?? ['IPv4'];
}

function addressCluster(
  wans: PerFamily<Range>,
  values: TopologyValues,
  cluster: ClusterValues,
  index: number,
  report: Report,
): Cluster {
  const path = ['clusters', index - 1];
  const families = familiesOf(cluster, values);
  const {
    nodes = 2,
    transport = 'Plain',
    lanePorts = LANE_PORTS,
    gateways,
    name,
    region,
    zone,
  } = filled(values, cluster);
  reportUnused(cluster, families, path, report);
  const ranges = (field: Exclude<Field, 'wan'>) => {
    const own = cluster[field];
    return chosenRanges(field, own ?? values[field], families, own ? [...path, field] : [field], report);
  };
  const names = Array.from({ length: nodes }, (_, i) => `node-${i + 1}`);
  reportGateways(gateways, names, [...path, 'gateways'], report);
  const own = { podRanges: ranges('podRange'), lans: ranges('lan'), serviceRanges: ranges('serviceRange') };
  return {
    name,
    index,
    families,
    transport,
    ...(region === undefined ? {} : { region }),
    ...(zone === undefined ? {} : { zone }),
    ...own,
    vipRanges: ranges('vipRange'),
    lanePorts,
    ...onWans(wans, families, 10 * index),
    lanAddresses: perFamily(own.lans, (lan) => host(lan, 1)),
    dnsAddresses: perFamily(own.serviceRanges, (range) => host(range, 10)),
    nodes: names.map((node, i) => ({
      name: node,
      index: i + 1,
      gateway: gateways?.includes(node) ?? true,
      ...onWans(wans, families, 10 * index + i + 1),
      ...addressNode(own, i + 1),
    })),
  };
}

const LANE_PORTS = { first: 10_000, last: 14_999 };

/** What a cluster does not say, the file's top says for all. */
function filled(values: TopologyValues, cluster: ClusterValues): ClusterValues {
  return { ...values, ...cluster };
}

function reportGateways(
  gateways: readonly string[] | undefined,
  names: readonly string[],
  path: readonly (string | number)[],
  report: Report,
): void {
  if (gateways?.length === 0) report(path, 'at least one node must be a gateway');
  for (const gateway of gateways ?? []) {
    if (!names.includes(gateway)) report(path, `"${gateway}" is not one of its ${names.length} nodes`);
  }
}

function addressNode(
  { lans, podRanges }: Pick<Cluster, 'lans' | 'podRanges'>,
  index: number,
): Pick<ClusterNode, 'lanAddresses' | 'podRanges'> {
  return {
    lanAddresses: perFamily(lans, (lan) => host(lan, 10 + index)),
    podRanges: perFamily(podRanges, (range) => podsOfNode(range, index)),
  };
}

function podsOfNode({ family, base }: Range, index: number): Range {
  const [prefixLength, bits] = family === 'IPv4' ? [24, 8n] : [64, 64n];
  const size = 1n << bits;
  return { family, base: base + size * BigInt(index), prefixLength, size };
}

function onWans(wans: PerFamily<Range>, families: PerFamily<Family>, offset: number) {
  return { wanAddresses: perFamily(inFamilies(wans, families, rangeFamily), (wan) => host(wan, offset)) };
}

function reportOverlaps(wans: PerFamily<Range>, cluster: Cluster, report: Report): void {
  const { podRanges, serviceRanges, vipRanges, lans } = cluster;
  const fields = { podRange: podRanges, serviceRange: serviceRanges, vipRange: vipRanges, lan: lans, wan: wans };
  const ranges = Object.entries(fields).flatMap(([name, list]) => list.map((range) => ({ name, range })));
  for (const [i, a] of ranges.entries()) {
    for (const b of ranges.slice(i + 1)) {
      if (!overlaps(a.range, b.range)) continue;
      const message = `${a.name} ${formatRange(a.range)} overlaps ${b.name} ${formatRange(b.range)}`;
      report(['clusters', cluster.index - 1, a.name], message);
    }
  }
}

/** IPv6 is written with hexadecimal digits: the same digits as in IPv4 are easier to read than the same number. */
function host(range: Range, offset: number): string {
  return formatIp(range.family === 'IPv4' ? addressAt(range, offset) : addressAt(range, Number(`0x${offset}`)));
}
