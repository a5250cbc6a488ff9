/** What must hold for the lane tables on any maps: in memory, in the kernel, and on either when writes fail. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Clock, ip, systemClock } from '#kit/index.ts';
import { type Fault, faulty, type MapErrno, noFault } from './faulty-maps.ts';
import { type DesiredLane, type LaneMaps, LaneTables } from './lane-tables.ts';
import { numbers } from './placement.ts';

export interface LaneSuite {
  /** Empty maps with as many lanes and pods as `size`, or a few more pods. */
  readonly make: () => LaneMaps;
  readonly size: number;
  readonly runs: number;
}

const GATEWAY = ip('192.0.2.1');
const segmentBytes = () => 1400;

const lane: fc.Arbitrary<DesiredLane> = fc
  .tuple(fc.integer({ min: 20_000, max: 20_004 }), fc.uniqueArray(fc.integer({ min: 1, max: 5 }), { maxLength: 3 }))
  .map(([port, hosts]) => ({
    address: GATEWAY,
    port,
    protocol: 'TCP',
    // The pod's port tells whose it is.
    pods: hosts.map((host) => ({ address: ip(`10.0.0.${host}`), port })),
  }));
const lanes = fc.uniqueArray(lane, { selector: ({ port }) => port, maxLength: 5 });
const errno = fc.constantFrom<MapErrno>('ENOSPC', 'ENOMEM', 'EPERM');

/** What a packet to each lane port finds. */
function walk({ ports, lanes: words, pods }: LaneMaps) {
  return new Map(
    [...ports.entries()].map(([{ port }, index]) => [port, numbers(words.get(index)).map((at) => pods.get(at))]),
  );
}

function wanted(all: readonly DesiredLane[]) {
  return new Map(all.map(({ port, pods }) => [port, [...pods]]));
}

export function laneTablesSuite(name: string, { make, size, runs }: LaneSuite): void {
  test(`${name}: after any history of lanes, restarts and failed writes, each port leads to its pods`, () => {
    const step = fc.tuple(lanes, fc.boolean(), fc.oneof(fc.constant(1_000), fc.nat(12)), errno);
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (history) => {
        const maps = make();
        const fault: Fault = noFault();
        const { clock, rest } = restingClock();
        const open = () => new LaneTables(faulty(maps, fault), segmentBytes, clock);
        let tables = open();
        for (const [desired, restart, after, code] of history) {
          if (restart) tables = open();
          Object.assign(fault, { after, errno: code, struck: false });
          replaced(tables, desired, fault);
          for (const [port, pods] of walk(maps)) assert.ok(pods.every((pod) => pod?.port === port));
          Object.assign(fault, noFault());
          rest();
          tables.replace(desired);
          assert.deepEqual(sorted(walk(maps)), sorted(wanted(desired)));
        }
        for (const full of [[], manyLanes(size), [], [manyPods(maps.pods.size)]]) {
          tables.replace([]);
          rest();
          tables.replace(full);
          assert.deepEqual(sorted(walk(maps)), sorted(wanted(full)), 'every entry of the tables can be used');
        }
      }),
      { numRuns: runs },
    );
  });

  test(`${name}: a lane that changes its pods is never without the old or the new ones`, () => {
    const maps = make();
    const { clock, rest } = restingClock();
    const tables = new LaneTables(maps, segmentBytes, clock);
    const one = (...hosts: number[]): DesiredLane => ({
      address: GATEWAY,
      port: 20_000,
      protocol: 'TCP',
      pods: hosts.map((host) => ({ address: ip(`10.0.0.${host}`), port: 20_000 })),
    });
    tables.replace([one(1, 2)]);
    const before = [...maps.ports.entries()][0];
    tables.replace([one(3)]);
    assert.deepEqual([...maps.ports.entries()][0], before, 'the same lane');
    assert.deepEqual(walk(maps), wanted([one(3)]));
    const run = maps.lanes.get(before?.[1] ?? 0);
    tables.replace([one(1, 2, 3)]);
    const next = maps.lanes.get(before?.[1] ?? 0);
    assert.ok(next.first >= run.first + run.count, 'what a reader may hold rests');
    rest();
  });
}

function replaced(tables: LaneTables, desired: readonly DesiredLane[], fault: Fault): void {
  try {
    tables.replace(desired);
  } catch (error) {
    if (!fault.struck) throw error;
  }
}

function manyLanes(count: number): DesiredLane[] {
  return Array.from({ length: count }, (_, i) => ({ address: GATEWAY, port: 21_000 + i, protocol: 'TCP', pods: [] }));
}

function manyPods(count: number): DesiredLane {
  const pods = Array.from({ length: count }, (_, i) => ({ address: ip(`10.1.${i >> 8}.${i & 255}`), port: 22_000 }));
  return { address: GATEWAY, port: 22_000, protocol: 'TCP', pods };
}

function sorted(map: ReadonlyMap<number, unknown>) {
  return [...map].toSorted(([a], [b]) => a - b);
}

/** A clock that stands still but for `rest`, which lets freed ranges be used again. */
function restingClock() {
  let now = 0;
  const clock: Clock = { ...systemClock, monotonic: () => now };
  return { clock, rest: () => (now += 10_001) };
}
