/**
 * A thread that walks the connect tables over and over, as the kernel does at every connect, while another writes them. It knows how
 * `racing-reader.root.test.ts` marks what it writes, and counts what can only be a mixture of two states.
 */
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { type BpfMap, openPinnedMap } from '#kernel/index.ts';
import { ClusterIndex } from './cluster-index.ts';
import { connectMaps } from './kernel-maps.ts';
import type { ConnectMaps } from './maps.ts';
import { numbers } from './placement.ts';

export interface Seen {
  /** Services walked from the address to the last backend. */
  walks: number;
  /** Walks that met another state than the one before. */
  changes: number;
  /** Backends of another service than the one that was looked up. */
  foreign: number;
  /** Tiers whose shares, or groups whose backends, are of more than one state. */
  mixed: number;
  /** Walks that took so long that what they held may have been used again. */
  late: number;
}

const { pins, clusters, restMs, stop } = workerData as {
  readonly pins: string;
  readonly clusters: string;
  readonly restMs: number;
  readonly stop: Int32Array;
};

const seen: Seen = { walks: 0, changes: 0, foreign: 0, mixed: 0, late: 0 };
const last = new Map<number, string>();

function walk(maps: ConnectMaps, port: number, service: number): Pick<Seen, 'foreign' | 'mixed'> {
  const found = { foreign: 0, mixed: 0 };
  const states: number[] = [];
  for (const tier of numbers(maps.services.get(service))) {
    const slots = numbers(maps.tiers.get(tier)).map((slot) => maps.shares.get(slot));
    if (new Set(slots).size > 1) found.mixed++;
    for (const group of new Set(slots)) {
      const backends = numbers(maps.groups.get(group)).map((at) => maps.backends.get(at));
      const state = new Set(backends.map((one) => Number((one?.address ?? 0n) & 0xffffn)));
      const [first = 0] = state;
      if (state.size > 1 || (backends.length > 0 && backends.length !== 1 + (first % 5))) found.mixed++;
      if (backends.some((one) => one?.port !== port)) found.foreign++;
      states.push(first);
    }
  }
  if (last.get(port) !== states.join()) seen.changes++;
  last.set(port, states.join());
  return found;
}

const maps = connectMaps(
  { map: (name): BpfMap => openPinnedMap(join(pins, 'maps', name), 'write') },
  new ClusterIndex(clusters, 'a'),
  'read',
);
parentPort?.postMessage('reading');
while (Atomics.load(stop, 0) === 0) {
  const start = performance.now();
  for (const [{ port }, service] of maps.vips.entries()) {
    const { foreign, mixed } = walk(maps, port, service);
    seen.walks++;
    if (performance.now() - start > restMs / 2) {
      seen.late++;
      break;
    }
    seen.foreign += foreign;
    seen.mixed += mixed;
  }
}
parentPort?.postMessage(seen);
