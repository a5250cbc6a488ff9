import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cidr, contains, ip } from '#kit/index.ts';
import { type LaneKey, type LanePortRecord, lanePortOf, reconcileLanePorts } from './lane-ports.ts';
import { pickPeerAddress, reconcilePeers } from './peers.ts';
import { pickVip, reconcileVips } from './vips.ts';

const RANGE = '240.10.0.0/16';
const MINUTE = 60_000;
const T0 = Date.parse('2026-01-01T00:00:00Z');
const service = (name: string) => ({ namespace: 'demo', name });
const vips = (records: Parameters<typeof reconcileVips>[0], names: string[], now = T0, range = RANGE) =>
  reconcileVips(records, names.map(service), { range, now });
const ipOf = (change: ReturnType<typeof vips>, name: string) => change.records.find((one) => one.name === name)?.ip;

test('a service gets the address that its name points at, outside the part for peers', () => {
  const [record] = vips([], ['httpbin']).records;
  assert.ok(record);
  assert.equal(record.ip, pickVip(RANGE, new Set(), service('httpbin')));
  assert.ok(contains(cidr(RANGE), ip(record.ip)) && !contains(cidr('240.10.0.0/24'), ip(record.ip)));
  assert.notEqual(pickVip(RANGE, new Set([record.ip]), service('httpbin')), record.ip, 'a taken one is stepped over');
});

test('an address is kept for 10 minutes after its import went, and given back', () => {
  const first = vips([], ['a']);
  const gone = vips(first.records, [], T0);
  assert.equal(gone.records[0]?.releasedAt, '2026-01-01T00:00:00.000Z');
  const back = vips(vips(gone.records, [], T0 + 9 * MINUTE).records, ['a'], T0 + 9 * MINUTE);
  assert.deepEqual(back.records, first.records);
  assert.deepEqual(vips(gone.records, [], T0 + 10 * MINUTE).records, []);
});

test('while it is kept nobody else gets it', () => {
  const range = '240.10.0.0/29';
  const full = vips([], ['a', 'b', 'c'], T0, range);
  assert.deepEqual(
    full.exhausted.map(({ name }) => name),
    ['c'],
  );
  const kept = vips(full.records, ['c'], T0, range);
  assert.deepEqual(
    kept.exhausted.map(({ name }) => name),
    ['c'],
  );
  assert.deepEqual(vips(kept.records, ['c'], T0 + 10 * MINUTE, range).exhausted, []);
});

test('the order in which services are seen changes nothing, and addresses are never shared', () => {
  const names = fc.uniqueArray(
    fc.string({ minLength: 1, maxLength: 6 }).filter((s) => !s.includes('/')),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(names, names, (before, after) => {
      const first = vips([], before, T0, '240.10.0.0/25');
      const next = vips(first.records, after, T0 + 1, '240.10.0.0/25');
      assert.deepEqual(vips(first.records.toReversed(), after.toReversed(), T0 + 1, '240.10.0.0/25'), next);
      assert.equal(new Set(next.records.map(({ ip }) => ip)).size, next.records.length);
      for (const name of after) if (before.includes(name)) assert.equal(ipOf(next, name), ipOf(first, name));
    }),
  );
});

test('each member has one address in the first /24, kept while it is a member', () => {
  const { records } = reconcilePeers([], ['b', 'a'], { range: RANGE, now: T0 });
  assert.deepEqual(
    records.map(({ cluster }) => cluster),
    ['a', 'b'],
  );
  assert.ok(records.every(({ address }) => contains(cidr('240.10.0.0/24'), ip(address))));
  assert.equal(records[0]?.address, pickPeerAddress(RANGE, new Set(), 'a'));
  assert.deepEqual(reconcilePeers(records, ['a', 'b'], { range: RANGE, now: T0 + 1 }).records, records);
  const removed = reconcilePeers(records, ['a'], { range: RANGE, now: T0 });
  assert.equal(removed.records.length, 2);
  assert.deepEqual(reconcilePeers(removed.records, ['a'], { range: RANGE, now: T0 + 60 * MINUTE }).records.length, 1);
});

const lane = (name: string, port = 80): LaneKey => ({ ...service(name), portName: 'http', protocol: 'TCP', port });
const lanes = (
  records: readonly LanePortRecord[],
  wanted: LaneKey[],
  more: { now?: number; epoch?: number; observed?: Record<string, number>; last?: number } = {},
) => {
  const { now = T0, epoch = 1, observed = {}, last = 10_001 } = more;
  return reconcileLanePorts(records, wanted, { range: { first: 10_000, last }, now, epoch, observed });
};
const HOUR = 60 * MINUTE;

test('a freed lane port is refused, and waits for every peer and for an hour', () => {
  const used = lanes([], [lane('a'), lane('b')]).records;
  const freed = lanes(used, [lane('a')], { epoch: 7 }).records;
  assert.equal(lanePortOf(freed, lane('b')), undefined);
  assert.ok(lanePortOf(freed, lane('a')));
  const want = [lane('a'), lane('c')];
  const tooEarly = { now: T0 + HOUR - 1, observed: { x: 7, y: 7 } };
  const notAll = { now: T0 + HOUR, observed: { x: 7, y: 6 } };
  const all = { now: T0 + HOUR, observed: { x: 7, y: 8 } };
  assert.deepEqual(
    [tooEarly, notAll, all].map((more) => lanes(freed, want, more).exhausted.length),
    [1, 1, 0],
  );
  const reused = lanes(freed, want, all).records;
  assert.equal(lanePortOf(reused, lane('c')), lanePortOf(used, lane('b')));
});

test('the same port coming back in time gets its old number', () => {
  const used = lanes([], [lane('a'), lane('b')]).records;
  const freed = lanes(used, [lane('a')]).records;
  assert.deepEqual(lanes(freed, [lane('a'), lane('b')], { now: T0 + 1000 }).records, used);
});

test('a freed port keeps the time and epoch of when it was freed', () => {
  const freed = lanes(lanes([], [lane('a')]).records, [], { epoch: 3 }).records;
  const later = lanes(freed, [], { now: T0 + MINUTE, epoch: 9, observed: { x: 0 } }).records;
  assert.deepEqual(later, freed);
});

test('a port that changes its number is another lane', () => {
  const used = lanes([], [lane('a', 80)]).records;
  const changed = lanes(used, [lane('a', 81)]).records;
  assert.notEqual(lanePortOf(changed, lane('a', 81)), lanePortOf(used, lane('a', 80)));
});

test('the ports that kubelet and the control plane listen at are never lane ports', () => {
  const wanted = ['a', 'b', 'c', 'd'].map((name) => lane(name));
  const range = { first: 10_247, last: 10_260 };
  const { records, exhausted } = reconcileLanePorts([], wanted, { range, now: T0, epoch: 1, observed: {} });
  assert.deepEqual([records.map(({ lanePort }) => lanePort), exhausted.length], [[10_247, 10_260], 2]);
});

test('SCTP gets no lane', () => {
  assert.deepEqual(lanes([], [{ ...lane('a'), protocol: 'SCTP' }]), { records: [], exhausted: [] });
});

test('no lane port is ever in two records, whatever comes and goes', () => {
  const step = fc.record({
    wanted: fc.subarray(['a', 'b', 'c', 'd', 'e']),
    minutes: fc.constantFrom(1, 30, 90),
    seen: fc.nat(10),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let records: readonly LanePortRecord[] = [];
      let now = T0;
      for (const [epoch, { wanted, minutes, seen }] of steps.entries()) {
        now += minutes * MINUTE;
        const before = records;
        records = lanes(
          records,
          wanted.map((name) => lane(name)),
          { now, epoch, observed: { x: seen }, last: 10_005 },
        ).records;
        assert.equal(new Set(records.map(({ lanePort }) => lanePort)).size, records.length);
        for (const old of before) {
          const taken = records.find(({ lanePort }) => lanePort === old.lanePort);
          if (taken && taken.name !== old.name)
            assert.ok(old.freedAt && now - Date.parse(old.freedAt) >= HOUR && seen >= (old.freedEpoch ?? 0));
        }
      }
    }),
  );
});
