/** A call reaches the service that was called, or nothing: never pods of another one, and none of a lane port given away. */
import type { ServiceImport } from '#api/index.ts';
import { ip } from '#kit/index.ts';
import { podOf } from '../steps/pods.ts';
import type { SimCluster } from '../world/sim-cluster.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { Invariant, Watched } from './invariant.ts';
import { type Reached, lanesOf, reachedFrom } from './read-tables.ts';
import { keyText, RESOURCE } from './truth.ts';

const PORTS: Readonly<Record<number, number>> = { 80: 8080, 9090: 9100 };
/** A clock that is put forward by so much ends what rests by the clock. */
const LONG_JUMP_MS = 600_000;

export function rightService({ world, scenario }: Watched): Invariant {
  /** Every service that an address was ever given to, by cluster. */
  const givenTo = new Map<string, Map<string, Set<string>>>();
  world.onChange.add(({ server, key, object }) => {
    if (key.resource !== RESOURCE.imports) return;
    const known = givenTo.get(server.name) ?? new Map<string, Set<string>>();
    givenTo.set(server.name, known);
    const { spec } = object as unknown as ServiceImport;
    for (const address of spec.ips ?? []) known.set(address, (known.get(address) ?? new Set()).add(keyText(object)));
  });
  const jumped = new Set(
    scenario.steps.flatMap((step) => (step.do === 'jump-clock' && step.byMs > LONG_JUMP_MS ? [step.cluster] : [])),
  );

  let seen = -1;
  /** With which tables, lanes and addresses a node was looked at. */
  const lookedAt = new WeakMap<SimNode, string>();
  const stateOf = (caller: SimCluster, { changes }: SimNode) =>
    [changes.connect, world.laneChanges, world.clusters.length, givenTo.get(caller.name)?.size].join(' ');

  function wrong(caller: SimCluster, called: Reached, lanes: ReturnType<typeof allLanes>): string | undefined {
    const services = givenTo.get(caller.name)?.get(called.address);
    if (!services) return undefined;
    for (const { cluster, address, port } of called.tiers.flatMap((tier) => tier.backends)) {
      const own = cluster === caller.options.member;
      const pods = own ? [{ address: ip(address), port }] : (lanes.get(`${address}:${port}`) ?? []);
      if (!own && jumped.has(cluster)) continue;
      for (const pod of pods) {
        const owner = podOf(pod.address);
        if (!owner || !services.has(owner.service) || pod.port !== PORTS[called.port])
          return `${caller.name}: ${called.at} (${[...services].join(', ')}) leads by ${address}:${port} of ${cluster} to port ${pod.port} of ${owner?.service ?? 'nobody'}`;
      }
    }
    return undefined;
  }

  return {
    name: 'right service',
    check() {
      if (seen === world.tableChanges) return undefined;
      seen = world.tableChanges;
      const lanes = allLanes(world.clusters);
      for (const caller of world.clusters)
        for (const node of caller.nodes) {
          const state = stateOf(caller, node);
          if (lookedAt.get(node) === state) continue;
          for (const called of reachedFrom(node)) {
            const found = wrong(caller, called, lanes);
            if (found) return found;
          }
          lookedAt.set(node, state);
        }
      return undefined;
    },
  };
}

function allLanes(clusters: readonly SimCluster[]) {
  return new Map(clusters.flatMap(({ nodes }) => nodes.flatMap((node) => [...lanesOf(node)])));
}
