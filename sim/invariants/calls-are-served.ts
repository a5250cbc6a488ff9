/** While nothing goes wrong no call is refused: what a table leads to is served, from before the export until after it. */
import type { Invariant, Watched } from './invariant.ts';
import { lanesOf, reachedFrom } from './read-tables.ts';

/** The exporter's gateways and the importer's nodes hear of a change by different ways. */
const RACE_MS = 150;

export function callsAreServed({ world, scenario }: Watched): Invariant {
  const since = new Map<string, number>();
  let seen = -1;

  function look(): void {
    const lanes = new Set(world.clusters.flatMap(({ nodes }) => nodes.flatMap((node) => [...lanesOf(node).keys()])));
    const refused = new Set<string>();
    for (const { nodes, options } of world.clusters)
      for (const node of nodes)
        for (const { at, tiers } of reachedFrom(node))
          for (const { cluster, address, port } of tiers.flatMap(({ backends }) => backends))
            if (cluster !== options.member && !lanes.has(`${address}:${port}`))
              refused.add(`${node.options.name} calls ${at} by ${address}:${port} of ${cluster}, which refuses`);
    for (const text of since.keys()) if (!refused.has(text)) since.delete(text);
    for (const text of refused) if (!since.has(text)) since.set(text, world.time.now);
  }

  return {
    name: 'calls are served',
    check() {
      // A namespace that is deleted takes the record with it: nobody is asked.
      if (!scenario.calm || scenario.steps.some((step) => step.do === 'delete-namespace')) return undefined;
      if (seen !== world.tableChanges) look();
      seen = world.tableChanges;
      for (const [text, from] of since) if (world.time.now - from > RACE_MS) return text;
      return undefined;
    },
  };
}
