import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { advance, emptyProber, suspectsItself, verdictsOf, withTargets } from './advance.ts';
import { judge } from './judge.ts';
import { targetKey } from './model.ts';
import { course, gateways, type Links, SELF } from './simulated-links.ts';

const within = (at: number, from: number, to: number) => at >= from && at < to;
const seeded = (seed: number) => () => ((seed = (seed * 48_271) % 2_147_483_647) % 10_000) / 10_000;
const ends = (changes: ReturnType<typeof course>['changes'], verdict: string) =>
  changes.filter((change) => change.verdict === verdict);

const cutOff =
  (key: string, from: number, to = Infinity): Links['passes'] =>
  (target, at) =>
    targetKey(target) !== key || !within(at, from, to);

test('a gateway that goes silent is down within a second, the others stay up', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 40 }),
      fc.integer({ min: 3000, max: 4000 }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 1e6 }),
      (count, from, tripMs, seed) => {
        const all = gateways(count);
        const gone = targetKey(all[0] as (typeof all)[0]);
        const { changes } = course(all, from + 1500, { tripMs, passes: cutOff(gone, from), random: seeded(seed) });
        const down = ends(changes, 'down');
        assert.deepEqual(
          down.map(({ key }) => key),
          [gone],
        );
        assert.ok((down[0]?.at ?? Infinity) - from < 1000, `${(down[0]?.at ?? 0) - from} ms`);
      },
    ),
    { numRuns: 40 },
  );
});

test('it is up again within two seconds after it answers', () => {
  const [all, from] = [gateways(3), 3000];
  const { changes } = course(all, 9000, { passes: cutOff('c0 192.0.2.1', from, 6000) });
  const [up] = ends(changes, 'up').filter(({ at }) => at > 6000);
  assert.ok(up && up.at < 8000, JSON.stringify(changes));
});

test('whatever the own link does, and for however long, nobody is down', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.array(fc.tuple(fc.integer({ min: 2000, max: 12_000 }), fc.integer({ min: 20, max: 4000 })), { maxLength: 4 }),
      fc.integer({ min: 1, max: 1e6 }),
      (count, cuts, seed) => {
        const passes: Links['passes'] = (_, at) => !cuts.some(([from, ms]) => within(at, from, from + ms));
        const { changes } = course(gateways(count), 16_000, { passes, random: seeded(seed) });
        assert.deepEqual(ends(changes, 'down'), []);
      },
    ),
    { numRuns: 40 },
  );
});

test('what was not heard while the loop stood still is no miss, and an answer found then is one', () => {
  const { state } = course(gateways(3), 3025, { passes: () => true }); // all have just been asked
  const heard = { answers: [], established: () => undefined, random: () => 0.5 };
  const onTime = advance(advance(state, { ...heard, now: 3100 }).state, { ...heard, now: 3190 });
  assert.equal(onTime.missed.length, 3, 'on time they would be');
  const late = advance(state, { ...heard, now: 3900 });
  assert.deepEqual([late.missed, late.state.stalls], [[], state.stalls + 1]);
  const next = advance(late.state, { ...heard, now: 3925 });
  assert.deepEqual(next.missed, [], 'nor is it one later');
  const [probe] = state.watched.get('c1 192.0.2.2')?.probes ?? [];
  const answered = advance(state, { ...heard, now: 3900, answers: [{ id: probe?.id ?? 0, at: 3900 }] });
  assert.ok((answered.state.watched.get('c1 192.0.2.2')?.heard ?? 0) === probe?.sentAt);
});

test('lost datagrams, up to one in ten, take nobody down for long', () => {
  const random = seeded(7);
  const { changes } = course(gateways(4), 60_000, { passes: () => random() > 0.05, random });
  assert.ok(ends(changes, 'down').length <= 2, JSON.stringify(changes));
});

test('no gateway is asked more often than ten times a second, nor all together more than a thousand times', () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 3, 30, 300), fc.integer({ min: 0, max: 3 }), (count, phase) => {
      const dead = (address: string) => address.length % 4 === phase;
      const passes: Links['passes'] = ({ address }, at) => at < 2000 || !dead(address);
      const { asked } = course(gateways(count), 6000, { passes });
      const last = new Map<string, number>();
      for (const { key, at } of asked) {
        assert.ok(at - (last.get(key) ?? -Infinity) >= 100);
        last.set(key, at);
      }
      assert.ok(asked.filter(({ at }) => within(at, 3000, 4000)).length <= 1000);
    }),
    { numRuns: 12 },
  );
});

test('with one peer only, the other gateways of this member tell its fault from the own link’s', () => {
  const peer = gateways(1);
  const sibling = { cluster: SELF, gateway: 'node9', address: '192.0.2.9', port: 9959 };
  const passes = cutOff('c0 192.0.2.1', 3000);
  const alone = course(peer, 6000, { passes });
  assert.deepEqual(verdictsOf(alone.state), { c0: { '192.0.2.1': 'unknown' } });
  assert.ok(suspectsItself(verdictsOf(alone.state)));
  const both = course([...peer, sibling], 6000, { passes });
  assert.deepEqual(verdictsOf(both.state), { c0: { '192.0.2.1': 'down' } });
});

test('all peers lost at once: the last known verdicts stay, and are called unknown', () => {
  const all = gateways(3);
  const before = course(all, 6000, { passes: cutOff('c0 192.0.2.1', 3000) });
  const after = course(all, 20_000, { passes: () => false }, before.state);
  assert.deepEqual(Object.values(verdictsOf(after.state)).flatMap(Object.values), ['unknown', 'unknown', 'unknown']);
  assert.equal(after.state.watched.get('c0 192.0.2.1')?.isUp, false);
  assert.equal(after.state.watched.get('c1 192.0.2.2')?.isUp, true);
});

test('who never answered is unknown: a firewall in between takes nobody down', () => {
  const { state } = course(gateways(3), 9000, { passes: ({ cluster }) => cluster !== 'c0' });
  assert.deepEqual(verdictsOf(state)['c0'], { '192.0.2.1': 'unknown' });
});

test('TCP connections that come about override lost probes, for as long as they do', () => {
  const passes = cutOff('c0 192.0.2.1', 3000);
  const established = (_: string, now: number) => Math.min(now, 8000);
  const { changes } = course(gateways(3), 12_000, { passes, established });
  const [down] = ends(changes, 'down');
  assert.ok(down && down.at > 9900, JSON.stringify(changes));
  const onlyBefore = course(gateways(3), 6000, { passes, established: (_, now) => Math.min(now, 3000) });
  assert.ok((ends(onlyBefore.changes, 'down')[0]?.at ?? Infinity) < 4000, 'one that came about before proves nothing');
});

test('one that goes up and down must answer for longer each time, and at most for a minute', () => {
  const flaps: Links['passes'] = ({ cluster }, at) => cluster !== 'c0' || at % 4000 < 2500;
  const { changes, state } = course(gateways(3), 60_000, { passes: flaps });
  const ups = changes.filter(({ key, verdict }) => key.startsWith('c0') && verdict === 'up').length;
  assert.ok(ups >= 1 && ups <= 4, `${ups} times up`);
  assert.ok((state.watched.get('c0 192.0.2.1')?.holdMs ?? 0) > 2000);
  assert.ok((state.watched.get('c0 192.0.2.1')?.holdMs ?? 0) <= 60_000);
});

test('a link that becomes slow is measured anew and stays up', () => {
  const trips = { tripMs: 5 };
  const { state } = course(gateways(2), 3000, { ...trips, passes: () => true });
  const slow = course(gateways(2), 12_000, { tripMs: 150, passes: () => true }, state);
  assert.deepEqual(ends(slow.changes, 'down'), []);
  assert.ok((slow.state.watched.get('c0 192.0.2.1')?.rttMs ?? 0) > 200);
});

test('an earlier prober’s word stands until the gateway answers or is missed', () => {
  const down = { c0: { '192.0.2.1': 'down' } } as const;
  const begun = withTargets(emptyProber(SELF, 0), gateways(2), down);
  assert.deepEqual(verdictsOf(begun), { c0: { '192.0.2.1': 'down' }, c1: { '192.0.2.2': 'unknown' } });
  const later = course(gateways(2), 3000, { passes: () => true }, begun);
  assert.deepEqual(verdictsOf(later.state), { c0: { '192.0.2.1': 'up' }, c1: { '192.0.2.2': 'up' } });
});

test('a step changes nothing of what it was given, and gives the same for the same', () => {
  const { state } = course(gateways(5), 3100, { passes: cutOff('c0 192.0.2.1', 2500) });
  const copy = structuredClone({ ...state, watched: [...state.watched] });
  const heard = { now: 3200, answers: [], established: () => undefined, random: () => 0.5 };
  assert.deepEqual(advance(state, heard), advance(state, heard));
  assert.deepEqual({ ...state, watched: [...state.watched] }, copy);
});

test('misses count for nothing while nobody else was heard after the first of them', () => {
  const [one] = course(gateways(2), 3000, { passes: () => true }).state.watched.values();
  assert.ok(one);
  const missing = { ...one, misses: 3, against: 3, missedSince: 3000 };
  const isUp = (othersHeard: number) => judge(missing, { now: 3400, othersHeard, established: () => undefined }).isUp;
  assert.deepEqual([isUp(2999), isUp(3001)], [true, false]);
});
