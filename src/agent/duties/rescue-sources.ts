/** What the rescue of connections looks at, in the kernel and in the cluster. */
import type { Address, Clock, Log } from '#kit/index.ts';
import { type Hooks, mappedTable, mappedWords, type Rescue, tables } from '#kernel/index.ts';
import type { Metrics } from '#observe/index.ts';
import type { ClusterIndex } from '../apply/cluster-index.ts';
import { connectMaps } from '../apply/kernel-maps.ts';
import { readBackends } from '../apply/placement.ts';
import type { ClusterView } from '../watch/cluster-view.ts';
import { Departures } from '../watch/departures.ts';
import type { RescueSources } from './rescue.ts';

export interface RescueParts {
  readonly hooks: Hooks;
  readonly sockets: Rescue;
  readonly clusters: ClusterIndex;
  readonly view: ClusterView;
  /** Name of the own cluster. */
  readonly self: string;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
}

export function rescueSources({ hooks, sockets, clusters, view, self, ...rest }: RescueParts): RescueSources {
  const maps = connectMaps(hooks, clusters, 'read');
  const ejections = mappedWords(hooks.map('ejections'), 'read');
  return {
    ...rest,
    sockets,
    clusters: mappedTable(hooks.map('clusters'), tables.clusters, 'read'),
    ejections: () => ejections[0] ?? 0n,
    holds: (group: number, address: Address) =>
      readBackends(maps, maps.groups.get(group)).some((backend) => backend.address === address),
    departures: (told) => new Departures(view, self, told),
  };
}
