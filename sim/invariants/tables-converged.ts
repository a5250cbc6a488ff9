/** What the tables of a cluster must hold in the end: decided by `plan` out of what is true, counted out by a second hand. */
import { formatIp } from '#kit/index.ts';
import { compilePort, type Exporter, gatewaysFor, type Tier, trafficPolicy } from '#plan/index.ts';
import type { SimCluster } from '../world/sim-cluster.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { Exports } from './converged.ts';
import { exactCounts } from './exact-counts.ts';
import { lanesOf, type Reached, reachedFrom } from './read-tables.ts';
import { imports, keyText, podsOf, policyOf, records } from './truth.ts';

const POD_PORT: Readonly<Record<string, number>> = { http: 8080, metrics: 9100 };

export function tableDifferences(cluster: SimCluster, exports: Exports): string[] {
  return cluster.nodes.flatMap((node) => [
    ...callDifferences(cluster, node, exports),
    ...laneDifferences(cluster, node),
    ...nameDifferences(cluster, node),
  ]);
}

function callDifferences(cluster: SimCluster, node: SimNode, exports: Exports): string[] {
  const { name, server } = cluster;
  const reached = new Map(reachedFrom(node).map((one) => [one.at, one]));
  const all = imports(server.store);
  const vips = new Set(all.flatMap(({ spec }) => spec.ips ?? []));
  const extra = [...reached.values()].filter(({ address }) => !vips.has(address) && !isPeer(address));
  return [
    ...extra.map(({ at }) => `${node.options.name}: ${at} is in the tables and nobody's`),
    ...all.flatMap((object) =>
      object.spec.ports.flatMap(({ name: port = '', port: number }) => {
        const at = `${object.spec.ips?.[0]}:${number}`;
        return portDifferences(
          `${node.options.name}: ${keyText(object)} ${at}`,
          reached.get(at),
          expected(cluster, exports, keyText(object), port),
          name,
        );
      }),
    ),
  ];
}

/** The first /24 of the range. */
function isPeer(address: string): boolean {
  return address.startsWith('240.10.0.');
}

interface Expected {
  readonly tiers: readonly Tier[];
  readonly backends: ReadonlyMap<string, readonly string[]>;
}

function expected(
  { name, server }: SimCluster,
  { byService, members }: Exports,
  service: string,
  port: string,
): Expected {
  const exporters = [...(byService.get(service) ?? [])];
  const places = members.map(({ metadata, spec = {} }) => ({
    name: metadata.name,
    region: spec.region ?? 'default',
    zone: spec.zone ?? 'default',
    group: spec.group ?? 'default',
  })); // prettier-ignore
  const memberOf = (cluster: string) => members.find(({ metadata }) => metadata.name === cluster);
  const list = exporters.map(([cluster, { spec }]): Exporter => {
    const { ready = 0, total = 0 } = spec.ports.find((one) => one.name === port) ?? {};
    const { region, zone, group } = places.find((one) => one.name === cluster) ?? { region: '', zone: '', group: '' };
    return { cluster, region, zone, group, ready, total, eligible: !(memberOf(cluster)?.spec?.drain ?? false) };
  });
  const policy = policyOf(server.store, service);
  const { compiled } = compilePort({
    self: name,
    calledAs: 'ClusterSet',
    internalTrafficPolicy: 'Cluster',
    ...(policy && { policy: trafficPolicy(policy.spec ?? {}) }),
    exporters: list,
    members: places,
  });
  const backends = new Map(
    exporters.map(([cluster, { spec }]) => {
      if (cluster === name)
        return [cluster, podsOf(server.store, service).ready.map((pod) => `${pod}:${POD_PORT[port]}`)];
      const lane = spec.ports.find((one) => one.name === port)?.lanePort;
      const member = memberOf(cluster);
      return [cluster, (member ? gatewaysFor(member, name) : []).map(({ address }) => `${address}:${lane}`)];
    }),
  );
  return { tiers: compiled, backends };
}

function portDifferences(
  what: string,
  reached: Reached | undefined,
  { tiers, backends }: Expected,
  self: string,
): string[] {
  if (!reached) return [`${what} is not in the tables (${self})`];
  const have = reached.tiers.map((tier) => tierText(tier.counts));
  const wanted = tiers.map((tier) => tierText(exactCounts(tier)));
  if (have.join(' | ') !== wanted.join(' | '))
    return [`${what}: tiers ${have.join(' | ')}, plan says ${wanted.join(' | ')}`];
  return reached.tiers.flatMap((tier, i) =>
    [...tier.counts.keys()].flatMap((cluster) => {
      const to = tier.backends
        .filter((one) => one.cluster === cluster)
        .map(({ address, port }) => `${address}:${port}`);
      const should = backends.get(cluster) ?? [];
      return to.toSorted().join() === should.toSorted().join()
        ? []
        : [`${what}: tier ${i} leads ${cluster} to ${to.join()}, should ${should.join()}`];
    }),
  );
}

function tierText(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([cluster, count]) => `${cluster}×${count}`)
    .join(' ');
}

function laneDifferences({ server: { store } }: SimCluster, node: SimNode): string[] {
  const { gatewayAddress, name } = node.options;
  const wanted = records(store).flatMap((record) =>
    record.spec.ports.map(({ lanePort, name: port = '' }) => {
      const pods = podsOf(store, keyText(record)).ready.map((pod) => `${pod}:${POD_PORT[port]}`);
      return `${gatewayAddress}:${lanePort} → ${pods.toSorted().join()}`;
    }),
  );
  const have = [...lanesOf(node)].map(
    ([at, pods]) =>
      `${at} → ${pods
        .map(({ address, port }) => `${formatIp(address)}:${port}`)
        .toSorted()
        .join()}`,
  );
  return have.toSorted().join('; ') === wanted.toSorted().join('; ')
    ? []
    : [`${name}: lanes [${have.join('; ')}], records say [${wanted.join('; ')}]`];
}

function nameDifferences({ server: { store } }: SimCluster, node: SimNode): string[] {
  const known = node.snapshot?.records ?? {};
  return imports(store).flatMap(({ metadata: { namespace, name }, spec }) => {
    const answer = known[`${name}.${namespace}.svc.clusterset.local`];
    return String(answer) === String(spec.ips)
      ? []
      : [`${node.options.name}: ${namespace}/${name} resolves to ${String(answer)}`];
  });
}
