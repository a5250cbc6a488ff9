import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { shareCounts } from '#plan/index.ts';
import { exactCounts } from './exact-counts.ts';

test('two hands count shares out alike', () => {
  const weights = fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(weights, (all) => {
      const tier = all.map((weight, i) => ({ cluster: `m${i}`, weight }));
      const counted = shareCounts(tier).map(({ cluster, weight }) => [cluster, weight] as const);
      assert.deepEqual(exactCounts(tier), new Map(counted));
    }),
  );
});
