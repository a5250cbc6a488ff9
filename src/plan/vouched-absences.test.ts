import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { namesHash } from './names-hash.ts';
import { type KnownExport, vouchedAbsences } from './vouched-absences.ts';

const record = (cluster: string, name: string, epoch = 1): KnownExport => ({ cluster, name: `demo.${name}`, epoch });
const marker = (listed: readonly KnownExport[], more = {}) => ({
  hubUID: 'hub',
  epoch: 2,
  count: listed.length,
  hash: namesHash(listed.map(({ name }) => name)),
  ...more,
});
const known = [record('b', 'httpbin'), record('b', 'db')];
const listed = [record('b', 'httpbin')];
const judge = (published: ReturnType<typeof marker> | undefined, list = listed, removed = false) =>
  vouchedAbsences({
    hubUID: 'hub',
    known,
    listed: list,
    members: [{ name: 'b', removed, ...(published && { published }) }],
  });
const suspects = (verdict: ReturnType<typeof judge>) => verdict.suspect.map(({ name, why }) => `${name}: ${why}`);

test('an export is dropped when its member vouches for a list without it', () => {
  assert.deepEqual(judge(marker(listed)), { dropped: [record('b', 'db')], suspect: [] });
});

test('an empty list is believed when the member says that it exports nothing', () => {
  assert.deepEqual(judge(marker([]), []).dropped, known);
});

test('a list that its member does not vouch for drops nothing, and the reason is said', () => {
  assert.deepEqual(suspects(judge(undefined)), ['demo.db: its member has published no marker on this hub']);
  assert.deepEqual(suspects(judge(marker(listed, { hubUID: 'old' }))), [
    "demo.db: its member's marker is for hub old, this is hub",
  ]);
  assert.deepEqual(suspects(judge(marker(known))), ['demo.db: its member published 2 exports, the hub lists 1']);
  assert.deepEqual(suspects(judge(marker([record('b', 'other')]))), [
    'demo.db: the hub lists other exports than its member published',
  ]);
});

test('a hub restored from an older backup, marker and list in step, drops nothing', () => {
  const verdict = vouchedAbsences({
    hubUID: 'hub',
    known: [record('b', 'httpbin', 5), record('b', 'db', 9)],
    listed: [record('b', 'httpbin', 5)],
    members: [{ name: 'b', removed: false, published: marker(listed, { epoch: 6 }) }],
  });
  assert.deepEqual(suspects(verdict), ["demo.db: its member's marker is of epoch 6, epoch 9 was seen before"]);
});

test('a removed member is gone with everything, listed or not', () => {
  assert.deepEqual(judge(undefined, listed, true).dropped, known);
});

test("one member's doubt does not hold up another's word", () => {
  const verdict = vouchedAbsences({
    hubUID: 'hub',
    known: [record('b', 'x'), record('c', 'x')],
    listed: [],
    members: [{ name: 'b', removed: false, published: marker([]) }],
  });
  assert.deepEqual([verdict.dropped, verdict.suspect.map(({ cluster }) => cluster)], [[record('b', 'x')], ['c']]);
});

test('an empty hub removes nothing, whatever was known', () => {
  const anyKnown = fc.array(
    fc
      .tuple(fc.constantFrom('a', 'b', 'c'), fc.string({ maxLength: 4 }), fc.nat(9))
      .map(([c, n, e]) => record(c, n, e)),
  );
  fc.assert(
    fc.property(anyKnown, fc.constantFrom('hub', 'another'), (held, hubUID) => {
      const verdict = vouchedAbsences({ hubUID, known: held, listed: [], members: [] });
      assert.deepEqual(verdict.dropped, []);
      assert.equal(verdict.suspect.length, held.length);
    }),
  );
});

test('the hash is of the set: order and repetition do not matter, every name does', () => {
  const names = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(names, (list) => {
      assert.equal(namesHash([...list.toReversed(), ...list]), namesHash(list));
      assert.notEqual(namesHash(list.slice(1)), namesHash(list));
      assert.match(namesHash(list), /^[0-9a-f]{16}$/);
    }),
  );
});
