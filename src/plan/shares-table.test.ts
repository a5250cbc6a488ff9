import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Tier } from './model.ts';
import { shareCounts, sharesTable } from './shares-table.ts';

const tier = (weights: Record<string, number>): Tier =>
  Object.entries(weights).map(([cluster, weight]) => ({ cluster, weight }));
const counts = (weights: Record<string, number>, max?: number) =>
  Object.fromEntries(shareCounts(tier(weights), max).map(({ cluster, weight }) => [cluster, weight]));

test('uses as few slots as the weights allow, exactly', () => {
  assert.deepEqual(counts({ a: 100, b: 100 }), { a: 1, b: 1 });
  assert.deepEqual(counts({ a: 90, b: 10 }), { a: 9, b: 1 });
  assert.deepEqual(counts({ a: 1023, b: 1 }), { a: 1023, b: 1 });
  assert.deepEqual(counts({ a: 7 }), { a: 1 });
  assert.deepEqual(counts({}), {});
});

test('weight 0 gets no slot, and a positive weight never gets none', () => {
  assert.deepEqual(counts({ a: 0, b: 3 }), { b: 1 });
  assert.deepEqual(counts({ a: 1_000_000, b: 1 }), { a: 1023, b: 1 });
  assert.deepEqual(counts({ a: 1000, b: 1, c: 1 }, 3), { a: 1, b: 1, c: 1 });
  assert.deepEqual(counts({ a: 1000, b: 1, c: 1 }, 2), { a: 1, b: 1, c: 1 }, 'more clusters than slots: a slot each');
});

test('rounds by largest remainder where it must', () => {
  assert.deepEqual(counts({ a: 667, b: 333 }, 10), { a: 7, b: 3 });
  assert.deepEqual(counts({ a: 1, b: 1, c: 1, d: 7 }, 9), { a: 1, b: 1, c: 1, d: 6 });
});

test('the table holds each cluster as often as it counts, shuffled, and the same for the same seed', () => {
  const table = sharesTable(tier({ a: 90, b: 10 }), 'demo/httpbin:80');
  assert.deepEqual([table.length, table.filter((one) => one === 'b').length], [10, 1]);
  assert.deepEqual(sharesTable(tier({ a: 90, b: 10 }), 'demo/httpbin:80'), table);
  const long = sharesTable(tier({ a: 500, b: 499 }), 'x');
  assert.ok(new Set(long.slice(0, 20)).size === 2, 'both come soon');
  assert.notDeepEqual(sharesTable(tier({ a: 500, b: 499 }), 'y'), long);
});

const anyTier = fc.uniqueArray(
  fc.record({ cluster: fc.string({ minLength: 1, maxLength: 3 }), weight: fc.nat(10_000) }),
  {
    selector: ({ cluster }) => cluster,
    maxLength: 12,
  },
);

test('slots are exact within the limit, and off by less than one plus the raised ones beyond it', () => {
  fc.assert(
    fc.property(anyTier, (shares) => {
      const sum = shares.reduce((all, { weight }) => all + weight, 0);
      const slots = shareCounts(shares, 1024);
      const total = slots.reduce((all, { weight }) => all + weight, 0);
      assert.deepEqual(
        slots.map(({ cluster }) => cluster),
        shares.filter(({ weight }) => weight > 0).map(({ cluster }) => cluster),
      );
      assert.ok(total <= 1024);
      for (const { cluster, weight } of slots) {
        const asked = shares.find((one) => one.cluster === cluster)?.weight ?? 0;
        const wanted = (asked / sum) * total;
        assert.ok(weight >= 1 && Math.abs(weight - wanted) < 1 + shares.length, `${cluster}: ${weight} for ${wanted}`);
        // weight / total = asked / sum, in whole numbers: exact.
        if (sum <= 1024) assert.equal(weight * sum, asked * total, `${cluster}: ${weight} for ${wanted}`);
      }
    }),
  );
});
