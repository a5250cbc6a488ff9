/** Every fault ends: what is down comes up, what is cut is joined. Skews stay. */
import type { World } from '../world/world.ts';

export function heal(world: World): void {
  world.network.healAll();
  for (const server of [world.hub, ...world.clusters.map((one) => one.server)]) if (!server.up) server.start();
  if (!world.hubProcess?.alive) world.startHub();
  for (const cluster of world.clusters) {
    for (const [identity, { process }] of cluster.members) if (!process.alive) cluster.startMember(identity);
    for (const node of cluster.nodes) if (!node.running) cluster.startAgent(node);
  }
}
