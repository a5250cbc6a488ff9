/** What everything must have come to, some time after nothing goes wrong any more. Each list of differences is empty then. */
import { ANNOTATION_ENDPOINTS, type ClusterExport, hubNamespace, type MemberCluster } from '#api/index.ts';
import { deepEqual } from '#objects/index.ts';
import { namesHash } from '#plan/index.ts';
import type { SimCluster } from '../world/sim-cluster.ts';
import type { World } from '../world/world.ts';
import type { Watched } from './invariant.ts';
import { tableDifferences } from './tables-converged.ts';
import {
  exported,
  imports,
  keyText,
  members,
  namespaceIsThere,
  podsOf,
  records,
  slices,
  sourceOf,
  uidOf,
} from './truth.ts';

/** What the whole set exports: exporters of each service, and their records. */
export interface Exports {
  readonly byService: ReadonlyMap<string, ReadonlyMap<string, ClusterExport>>;
  readonly members: readonly MemberCluster[];
}

export function differences(watched: Watched): string[] {
  const { world } = watched;
  const own = world.clusters.flatMap((cluster) => [...recordDifferences(cluster), ...hubDifferences(watched, cluster)]);
  if (own.length > 0) return own;
  const all = exportsOf(world);
  const one = world.clusters.flatMap((cluster) => importDifferences(cluster, all));
  if (one.length > 0) return one;
  return [...alike(world), ...world.clusters.flatMap((cluster) => tableDifferences(cluster, all))];
}

export function exportsOf(world: World): Exports {
  const byService = new Map<string, Map<string, ClusterExport>>();
  for (const { name, server } of world.clusters)
    for (const record of records(server.store)) {
      const exporters = byService.get(keyText(record)) ?? new Map<string, ClusterExport>();
      byService.set(keyText(record), exporters.set(name, record));
    }
  return { byService, members: members(world.hub.store) };
}

/** The own records say what people ask for, and nothing else. */
function recordDifferences({ name, server: { store } }: SimCluster): string[] {
  const found = records(store);
  const [wanted, have] = [exported(store), found.map(keyText).toSorted()];
  if (wanted.join() !== have.join()) return [`${name}: exports ${wanted.join()}, records ${have.join()}`];
  return found.flatMap((record) => {
    const { ready, total } = podsOf(store, keyText(record));
    const said = record.spec.ports.map((port) => `${port.ready}/${port.total}`);
    const sound =
      record.spec.withdrawn === undefined && record.spec.ports.every(({ lanePort }) => lanePort !== undefined);
    return sound && said.every((one) => one === `${ready.length}/${total}`)
      ? []
      : [
          `${name}: ${keyText(record)} says ${said.join()} ${record.spec.withdrawn ?? ''}, there are ${ready.length}/${total}`,
        ];
  });
}

function hubDifferences(
  { world: { hub, clusters }, scenario: { earlier }, damage }: Watched,
  { name, nodes, server: { store } }: SimCluster,
): string[] {
  const own = records(store);
  const replicas = records(hub.store, hubNamespace(name));
  const byName = new Map(replicas.map((replica) => [replica.metadata.name, replica]));
  // Members of an earlier version do not say everything that this one says.
  const same = (record: ClusterExport) => {
    const replica = byName.get(keyText(record).replace('/', '.'));
    return replica && (earlier.includes(name) || deepEqual(replica.spec, record.spec));
  };
  if (own.length !== replicas.length || !own.every(same))
    return [
      `hub: ${name} has [${own.map(keyText).join()}], the hub [${replicas.map(({ metadata }) => metadata.name).join()}]`,
    ];
  const member = members(hub.store).find(({ metadata }) => metadata.name === name);
  const { published, clusterUID, gateways, observed = {} } = member?.status ?? {};
  const names = replicas.map(({ metadata }) => metadata.name);
  const peers = clusters.filter((one) => one.name !== name);
  const epochOf = (peer: string) =>
    members(hub.store).find(({ metadata }) => metadata.name === peer)?.status?.published?.epoch;
  const claims: [string, boolean][] = [
    [
      'marker',
      published?.hubUID === uidOf(hub.store) &&
        published?.count === names.length &&
        published?.hash === namesHash(names),
    ],
    ['UID', clusterUID === uidOf(store)],
    ['gateways', gateways?.length === nodes.length],
    ['transport', damage.unheard.has(name) || member?.spec?.transport === 'Plain'],
    ['observed', peers.every((peer) => observed[peer.name] === epochOf(peer.name))],
  ];
  return claims.flatMap(([what, holds]) =>
    holds ? [] : [`hub: ${what} of ${name}: ${JSON.stringify(member?.status?.published)} ${JSON.stringify(observed)}`],
  );
}

function importDifferences({ name, server: { store } }: SimCluster, { byService }: Exports): string[] {
  const wanted = [...byService.keys()]
    .filter((service) => namespaceIsThere(store, service.split('/')[0] ?? ''))
    .toSorted();
  const have = imports(store);
  if (wanted.join() !== have.map(keyText).toSorted().join())
    return [`${name}: should import ${wanted.join()}, imports ${have.map(keyText).join()}`];
  return wanted.flatMap((service) => sliceDifferences(name, store, service, byService.get(service) ?? new Map()));
}

function sliceDifferences(
  name: string,
  store: SimCluster['server']['store'],
  service: string,
  exporters: ReadonlyMap<string, ClusterExport>,
): string[] {
  const found = slices(store).filter((slice) => sourceOf(slice)?.service === service);
  const textOf = (cluster: string, counts: string, lanes: readonly (number | undefined)[]) =>
    `${cluster} ${counts} ${lanes.join()}`;
  const have = found.map((slice) =>
    textOf(
      sourceOf(slice)?.cluster ?? '',
      slice.metadata.annotations?.[ANNOTATION_ENDPOINTS] ?? '',
      (slice.ports ?? []).map(({ port }) => port),
    ),
  );
  const wanted = [...exporters].map(([cluster, { spec }]) =>
    textOf(
      cluster,
      spec.ports.map((port) => `${port.name}=${port.ready}/${port.total}`).join(),
      spec.ports.map(({ lanePort }) => lanePort),
    ),
  );
  return have.toSorted().join() === wanted.toSorted().join()
    ? []
    : [`${name}: ${service} has slices [${have.join('; ')}], exporters say [${wanted.join('; ')}]`];
}

/** Every member has made the same of the same records. */
function alike({ clusters }: World): string[] {
  const seen = new Map<string, { readonly cluster: string; readonly text: string }>();
  return clusters.flatMap(({ name, server: { store } }) =>
    imports(store).flatMap((object) => {
      const { ips: _, ...spec } = object.spec;
      const exporters = object.status?.clusters?.map(({ cluster }) => cluster);
      const text = JSON.stringify([spec, exporters]);
      const other = seen.get(keyText(object));
      if (!other) seen.set(keyText(object), { cluster: name, text });
      return other && other.text !== text
        ? [`${keyText(object)}: ${name} has ${text}, ${other.cluster} ${other.text}`]
        : [];
    }),
  );
}
