/** A lane port that was given up is another's only after an hour, and when every other member has said that it knows. */
import type { Store } from '#objects/index.ts';
import type { LanePortRecord } from '#plan/index.ts';
import type { SimCluster } from '../world/sim-cluster.ts';
import { type Invariant, noting, type Watched } from './invariant.ts';
import { givenOut, members, RESOURCE } from './truth.ts';

const REST_MS = 3_600_000;

interface Use {
  readonly key: string;
  /** By the member's wall clock. */
  readonly at: number;
  readonly freedEpoch: number | undefined;
}

export function lanesRest({ world }: Watched): Invariant {
  const found = noting('lane ports rest');
  const uses = new WeakMap<Store, Map<number, Use>>();

  world.onChange.add(({ server, key }) => {
    if (key.resource !== RESOURCE.configMaps || server === world.hub) return;
    const cluster = world.clusters.find((one) => one.server === server);
    if (!cluster) return;
    const known = uses.get(server.store) ?? new Map<number, Use>();
    uses.set(server.store, known);
    const now = world.time.now + cluster.skew.ms;
    const seen = new Map<number, string>();
    for (const record of givenOut(server.store).lanePorts) {
      const text = textOf(record);
      const twice = seen.get(record.lanePort);
      if (twice !== undefined && twice !== text)
        found.note(`${cluster.name}: lane port ${record.lanePort} is ${twice} and ${text}`);
      seen.set(record.lanePort, text);
      const before = known.get(record.lanePort);
      if (before && before.key !== text) {
        const why = tooEarly(cluster, before, now);
        if (why) found.note(`${cluster.name}: lane port ${record.lanePort} of ${before.key} is ${text} now, ${why}`);
      }
      const { freedAt, freedEpoch } = record;
      const at = freedAt === undefined || before?.key !== text ? now : before.at;
      known.set(record.lanePort, { key: text, at, freedEpoch });
    }
  });

  function tooEarly(cluster: SimCluster, { at, freedEpoch = 0 }: Use, now: number): string | undefined {
    if (now - at < REST_MS - 1_000) return `${Math.round((now - at) / 1000)} s after`;
    if (!world.hub.up) return undefined;
    const unaware = members(world.hub.store).filter(
      ({ metadata, spec, status }) =>
        metadata.name !== cluster.options.member &&
        !spec?.removed &&
        (status?.observed?.[cluster.options.member] ?? 0) < freedEpoch,
    );
    return unaware.length > 0 ? `which ${unaware.map(({ metadata }) => metadata.name).join()} cannot know` : undefined;
  }
  return found;
}

function textOf({ namespace, name, portName, protocol, port, endpoint }: LanePortRecord): string {
  return `${namespace}/${name}:${portName}/${protocol}/${port}${endpoint ?? ''}`;
}
