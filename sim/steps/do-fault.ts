/** What goes wrong, made to go wrong; each fault ends by itself. */
import { members } from '../invariants/truth.ts';
import type { Link } from '../net/network.ts';
import type { SimCluster } from '../world/sim-cluster.ts';
import type { Backup, SimServer } from '../world/sim-server.ts';
import type { World } from '../world/world.ts';
import { doDeed } from './do-deed.ts';
import type { Fault } from './step.ts';

/** What outlives one fault. */
export interface Damage {
  /** Of the hub, the last one taken. */
  backup: Backup | undefined;
  readonly impostors: SimCluster[];
  /** Members that were built anew under their old name. */
  readonly rebuilt: Set<string>;
  /** Members of whom the hub lost what its admin wrote before they had heard of it: nobody can put it back. */
  readonly unheard: Set<string>;
}

export function noDamage(): Damage {
  return { backup: undefined, impostors: [], rebuilt: new Set(), unheard: new Set() };
}

export function doFault(world: World, damage: Damage, fault: Fault): void {
  const later = (run: () => void) => void world.time.after(fault.ms, run);
  switch (fault.do) {
    case 'cut-hub':
      return cut(world.network.link(world.cluster(fault.cluster).hubLink()), world, later);
    case 'cut-local':
      return cut(world.network.link(`${fault.cluster}/${fault.identity}-local`), world, later);
    case 'break-requests':
      return onLinks(world, fault.cluster, later, (link, on) => {
        link.breaking = on ? fault.share : 0;
      });
    case 'slow':
      return onLinks(world, fault.cluster, later, (link, on) => {
        link.slow = on ? fault.factor : 1;
      });
    case 'kill-member':
      world.cluster(fault.cluster).killMember(fault.identity);
      return later(() => world.cluster(fault.cluster).startMember(fault.identity));
    case 'end-member':
      world.cluster(fault.cluster).members.get(fault.identity)?.stop();
      return later(() => world.cluster(fault.cluster).startMember(fault.identity));
    case 'stall-member':
      return world.cluster(fault.cluster).members.get(fault.identity)?.process.stall(fault.ms);
    case 'kill-hub':
      world.hubProcess?.kill();
      return later(() => world.startHub());
    case 'crash-server':
      return restart(world, world.server(fault.server), later, () => {});
    case 'jump-clock':
      world.cluster(fault.cluster).skew.ms += fault.byMs;
      return;
    case 'cut-watches':
      return cutWatches(world, world.server(fault.server), fault.share, fault.forget);
    default:
      return doLargeFault(world, damage, fault, later);
  }
}

type Later = (run: () => void) => void;

function doLargeFault(world: World, damage: Damage, fault: Fault, later: Later): void {
  switch (fault.do) {
    case 'kill-agent':
    case 'reboot-node':
    case 'stall-agent':
      return onNode(world, fault, later);
    case 'empty-hub':
      loseWords(world, damage);
      return restart(world, world.hub, later, () => world.hub.replace());
    case 'wipe-hub-objects':
      loseWords(world, damage);
      return wipe(world);
    case 'back-up-hub':
      if (world.hub.up) damage.backup = world.hub.backup();
      return;
    case 'restore-hub':
      if (!damage.backup) return;
      return restart(world, world.hub, later, () => world.hub.replace(damage.backup));
    case 'rebuild':
      return rebuild(world, damage, world.cluster(fault.cluster), later);
    case 'impostor':
      return impersonate(world, damage, world.cluster(fault.cluster), later);
    default:
  }
}

function cut(link: Link, world: World, later: Later): void {
  link.down = true;
  later(() => world.network.up(link));
}

function onLinks(world: World, cluster: string, later: Later, set: (link: Link, on: boolean) => void): void {
  const links = world.network.links().filter(({ name }) => /^[^-/]+/.exec(name)?.[0] === cluster);
  for (const link of links) set(link, true);
  later(() => links.forEach((link) => set(link, false)));
}

function onNode(
  world: World,
  fault: Extract<Fault, { do: 'kill-agent' | 'reboot-node' | 'stall-agent' }>,
  later: Later,
) {
  const cluster = world.cluster(fault.cluster);
  const node = cluster.nodes[fault.node];
  if (!node) return;
  if (fault.do === 'stall-agent') return node.process?.stall(fault.ms);
  if (fault.do === 'reboot-node') node.reboot();
  else node.kill();
  later(() => (cluster.server.up || cluster.nodes.length > 0 ? cluster.startAgent(node) : undefined));
}

function restart(world: World, server: SimServer, later: Later, between: () => void): void {
  if (!server.up) return;
  server.crash();
  between();
  later(() => startAgain(world, server));
}

function startAgain(_: World, server: SimServer): void {
  if (!server.up) server.start();
}

function loseWords({ clusters }: World, { unheard }: Damage): void {
  for (const { name, server } of clusters)
    if (!members(server.store).some(({ metadata }) => metadata.name === name)) unheard.add(name);
}

function cutWatches({ random }: World, server: SimServer, share: number, forget: boolean): void {
  if (!server.up) return;
  server.cut(() => random.chance(share));
  if (forget) server.store.compact(server.store.revision());
}

/** As when somebody deletes the definitions of our kinds and makes them again: same hub, nothing in it. */
function wipe({ hub }: World): void {
  if (!hub.up) return;
  for (const resource of ['sealane.dev/clusterexports', 'sealane.dev/memberclusters']) {
    const stored = hub.store.list(resource);
    for (const { metadata } of stored.outcome === 'ok' ? stored.items : [])
      hub.store.delete({ resource, namespace: metadata.namespace, name: metadata.name });
  }
}

/** The cluster is made anew: nothing of the old one is left, its name is. */
function rebuild(world: World, damage: Damage, cluster: SimCluster, later: Later): void {
  if (!cluster.server.up) return;
  damage.rebuilt.add(cluster.name);
  for (const identity of cluster.members.keys()) cluster.killMember(identity);
  for (const node of cluster.nodes) node.reboot();
  cluster.server.crash();
  cluster.server.replace();
  cluster.takeover = true;
  later(() => {
    if (!cluster.server.up) void world.startCluster(cluster);
  });
}

const IMPOSTOR_NUMBER = 100;

/** Another cluster under a name that is taken, with something to export. */
function impersonate(world: World, damage: Damage, victim: SimCluster, later: Later): void {
  const name = `${victim.name}-too${damage.impostors.length}`;
  const impostor = world.addCluster(name, victim.options.member, IMPOSTOR_NUMBER + damage.impostors.length);
  damage.impostors.push(impostor);
  world.clusters.push(impostor);
  void world.startCluster(impostor);
  void doDeed(world, { at: 0, do: 'export', cluster: name, service: 'demo/s0', ready: 1, total: 1 });
  later(() => {
    world.clusters.splice(world.clusters.indexOf(impostor), 1);
    for (const identity of impostor.members.keys()) impostor.killMember(identity);
    for (const node of impostor.nodes) node.kill();
    impostor.server.crash();
  });
}
