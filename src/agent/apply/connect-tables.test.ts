import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, ip, systemClock } from '#kit/index.ts';
import { ConnectTables } from './connect-tables.ts';
import { connectTablesSuite, TABLE_SIZE } from './connect-tables-suite.ts';
import type { DesiredService } from './desired.ts';
import type { ConnectMaps } from './maps.ts';
import { memoryMaps } from './memory-maps.ts';
import { readBackends, readPlacements } from './placement.ts';

const pod = (address: string, cluster = 'a') => ({ address: ip(address), port: 8080, flags: 0, cluster });

const service = (groups: Record<string, string[]>, ...tiers: string[][]): DesiredService => ({
  address: ip('240.10.1.1'),
  port: 80,
  protocol: 'TCP',
  tiers: tiers.map((slots) => ({ slots })),
  ownsAddress: true,
  groups: Object.entries(groups).map(([key, addresses]) => ({ key, backends: addresses.map((a) => pod(a, key)) })),
});

/** Walks the tables as the kernel does. */
function walk(maps: ConnectMaps, key = `${ip('240.10.1.1')}:80/TCP`) {
  const placed = new Map(readPlacements(maps)).get(key);
  return placed?.tiers.map((tier) =>
    tier.slots.map((slot) => readBackends(maps, maps.groups.get(slot)).map((backend) => backend.address)),
  );
}

const a = ip('10.0.0.1');
const b = ip('10.0.0.2');
const c = ip('10.0.0.3');

test('a service is found by its address, tier by tier, share by share', () => {
  const maps = memoryMaps();
  new ConnectTables(maps, systemClock).put(
    service({ a: ['10.0.0.1', '10.0.0.2'], b: ['10.0.0.3'] }, ['a', 'b', 'b'], ['a']),
  );
  assert.deepEqual(walk(maps), [[[a, b], [c], [c]], [[a, b]]]);
});

test('one changed backend costs its own range and one word', () => {
  const maps = memoryMaps();
  const tables = new ConnectTables(maps, systemClock);
  tables.put(service({ a: ['10.0.0.1'], b: ['10.0.0.3'] }, ['a', 'b']));
  const before = { ...maps.stores };
  tables.put(service({ a: ['10.0.0.2'], b: ['10.0.0.3'] }, ['a', 'b']));
  assert.deepEqual(maps.stores, { ...before, backends: before.backends + 1, groups: before.groups + 1 });
  assert.deepEqual(walk(maps), [[[b], [c]]]);
});

test('a restart that finds what it wants writes nothing', () => {
  const maps = memoryMaps();
  const wanted = service({ a: ['10.0.0.1'], b: ['10.0.0.3'] }, ['a', 'b'], ['b']);
  new ConnectTables(maps, systemClock).put(wanted);
  const before = { ...maps.stores };
  new ConnectTables(maps, systemClock).put(wanted);
  assert.deepEqual(maps.stores, before);
});

test('a service that goes leaves no address behind', () => {
  const maps = memoryMaps();
  const tables = new ConnectTables(maps, systemClock);
  tables.put(service({ a: ['10.0.0.1'] }, ['a']));
  for (const key of tables.keys()) tables.remove(key);
  assert.deepEqual([...maps.vips.entries()], []);
  assert.deepEqual([...maps.addresses.entries()], []);
});

test('a freed range is not used again while a reader may hold it', () => {
  let now = 0;
  const clock: Clock = { ...systemClock, monotonic: () => now };
  const maps = memoryMaps(4);
  const tables = new ConnectTables(maps, clock);
  tables.put(service({ a: ['10.0.0.1', '10.0.0.2'] }, ['a']));
  tables.put(service({ a: ['10.0.0.2', '10.0.0.3'] }, ['a']));
  assert.throws(() => tables.put(service({ a: ['10.0.0.3'] }, ['a'])), { code: 'agent/table-full' });
  now = 10_001;
  tables.put(service({ a: ['10.0.0.3'] }, ['a']));
  assert.deepEqual(walk(maps), [[[c]]]);
});

test('a group that is given up keeps its word until nobody can be on the way to it, and then leads nowhere', () => {
  const maps = memoryMaps();
  const tables = new ConnectTables(maps, systemClock);
  tables.put(service({ a: ['10.0.0.1'], b: ['10.0.0.2'] }, ['a', 'b']));
  const given = maps.shares.get(1);
  tables.put(service({ a: ['10.0.0.1'] }, ['a']));
  assert.equal(maps.groups.get(given).count, 1);
  assert.ok(tables.hasFreed);
  tables.forgetFreed();
  assert.equal(maps.groups.get(given).count, 0);
  assert.ok(!tables.hasFreed);
  assert.deepEqual(walk(maps), [[[a]]]);
});

test('a group that was given up and is in use again is not forgotten', () => {
  let now = 0;
  const clock: Clock = { ...systemClock, monotonic: () => now };
  const maps = memoryMaps();
  const tables = new ConnectTables(maps, clock);
  tables.put(service({ a: ['10.0.0.1'], b: ['10.0.0.2'] }, ['a', 'b']));
  tables.put(service({ a: ['10.0.0.1'] }, ['a']));
  now = 10_001;
  tables.put(service({ a: ['10.0.0.1'], b: ['10.0.0.2'] }, ['a', 'b']));
  tables.forgetFreed();
  assert.deepEqual(walk(maps), [[[a], [b]]]);
});

test('how long clients are kept is written with the service, changes with it and goes with it', () => {
  const maps = memoryMaps();
  const tables = new ConnectTables(maps, systemClock);
  const one = service({ a: ['10.0.0.1'] }, ['a']);
  tables.put({ ...one, affinitySeconds: 60 });
  const index = [...maps.vips.entries()][0]?.[1] ?? assert.fail('the service is not there');
  assert.equal(maps.affinities.get(index), 60);
  new ConnectTables(maps, systemClock).put({ ...one, affinitySeconds: 30 });
  assert.equal(maps.affinities.get(index), 30, 'after a restart too');
  tables.put(one);
  assert.equal(maps.affinities.get(index), 0);
  tables.put({ ...one, affinitySeconds: 60 });
  for (const key of tables.keys()) tables.remove(key);
  assert.equal(maps.affinities.get(index), 0, 'the next service at this place does not inherit it');
});

connectTablesSuite('memory maps', { make: () => memoryMaps(TABLE_SIZE), runs: 500 });
