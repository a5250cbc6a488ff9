import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ip, systemClock } from '#kit/index.ts';
import { type DesiredLane, type LaneMaps, type LanePod, LaneTables } from './lane-tables.ts';
import { laneTablesSuite } from './lane-tables-suite.ts';
import { memoryLaneMaps } from './memory-lane-maps.ts';

const LANES = 16_384;

laneTablesSuite('memory maps', { make: () => memoryLaneMaps(64), size: 64, runs: 300 });

function memoryLanes() {
  const { kept, limits, ...maps } = memoryLaneMaps(LANES);
  return { maps, kept, limits };
}

const tablesOf = (maps: LaneMaps) => new LaneTables(maps, (family) => (family === 'IPv4' ? 1460 : 1440), systemClock);
const lane = (port: number, more: Partial<DesiredLane> = {}): DesiredLane => ({
  address: ip('192.0.2.1'),
  port,
  protocol: 'TCP',
  pods: [{ address: ip('10.0.0.1'), port: 8080 }],
  ...more,
});

/** Where each lane leads, as the kernel walks there. */
function walk(maps: LaneMaps): Map<number, (LanePod | undefined)[]> {
  return new Map(
    [...maps.ports.entries()].map(([{ port }, index]) => {
      const { first, count } = maps.lanes.get(index);
      return [port, Array.from({ length: count }, (_, i) => maps.pods.get(first + i))];
    }),
  );
}

test('a lane keeps its callers when it is asked to, also where its pods stay the same', () => {
  const { maps, kept } = memoryLanes();
  const tables = tablesOf(maps);
  tables.replace([lane(10_001)]);
  assert.equal(kept.size, 0);
  tables.replace([lane(10_001, { affinity: true })]);
  assert.equal(kept.size, 1);
  tables.replace([lane(10_001)]);
  assert.equal(kept.size, 0);
});

test('a lane that takes the place of one that kept its callers does not', () => {
  const { maps, kept } = memoryLanes();
  tablesOf(maps).replace([lane(10_001, { affinity: true })]);
  tablesOf(maps).replace([]);
  tablesOf(maps).replace([lane(10_002)]); // another process: nothing rests
  assert.equal(kept.size, 0);
});

test('what is adopted is told from what is asked for', () => {
  const { maps, kept } = memoryLanes();
  tablesOf(maps).replace([lane(10_001, { affinity: true })]);
  const before = [...maps.ports.entries()];
  tablesOf(maps).replace([lane(10_001, { affinity: true })]);
  assert.deepEqual([...maps.ports.entries()], before);
  tablesOf(maps).replace([lane(10_001)]);
  assert.equal(kept.size, 0);
});

test('a lane of IPv6 carries smaller segments', () => {
  const { maps, limits } = memoryLanes();
  tablesOf(maps).replace([lane(10_001), lane(10_001, { address: ip('2001:db8::1') })]);
  assert.deepEqual(
    [...limits.values()].toSorted((a, b) => a - b),
    [1440, 1460],
  );
});

test('five thousand lanes of one pod each lead to their own, and one that changes leaves the others alone', () => {
  const { maps } = memoryLanes();
  const tables = tablesOf(maps);
  const pod = (n: number, port = 8080): LanePod => ({ address: ip('10.0.0.0') + BigInt(n), port });
  const desired = Array.from({ length: 5000 }, (_, n) => lane(10_000 + n, { pods: [pod(n)] }));
  tables.replace(desired);
  const before = walk(maps);
  for (let n = 0; n < 5000; n++) assert.deepEqual(before.get(10_000 + n), [pod(n)]);
  tables.replace(desired.with(77, lane(10_077, { pods: [pod(77, 9090)] })));
  assert.deepEqual(walk(maps), new Map(before).set(10_077, [pod(77, 9090)]));
});
