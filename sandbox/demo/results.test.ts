import assert from 'node:assert/strict';
import { test } from 'node:test';
import { add, compareShares, NO_ANSWERS } from './results.ts';

const answers = (clusters: Record<string, number>, failures: Record<string, number> = {}) => ({
  calls: [...Object.values(clusters), ...Object.values(failures)].reduce((a, b) => a + b, 0),
  clusters,
  pods: {},
  failures,
});
const half = { percent: 50, tolerance: 8 };
const passes = (...args: Parameters<typeof compareShares>) => compareShares(...args).every(({ passed }) => passed);

test('50 ± 8 per cent holds at its edges and not beyond', () => {
  const both = { 'cluster-1': half, 'cluster-3': half };
  assert.ok(passes(answers({ 'cluster-1': 232, 'cluster-3': 168 }), both));
  assert.ok(!passes(answers({ 'cluster-1': 233, 'cluster-3': 167 }), both));
});

test('a single refused call is too many where none is expected', () => {
  assert.ok(
    !passes(answers({ 'cluster-1': 399 }, { ECONNREFUSED: 1 }), { 'cluster-1': { percent: 100, tolerance: 1 } }),
  );
});

test('a cluster that nobody expected is shown and does not pass', () => {
  const lines = compareShares(answers({ 'cluster-1': 399, 'cluster-2': 1 }), {
    'cluster-1': { percent: 100, tolerance: 1 },
  });
  assert.deepEqual(
    lines.map(({ who, passed }) => [who, passed]),
    [
      ['cluster-1', true],
      ['cluster-2', false],
      ['refused', true],
    ],
  );
});

test('refusing all passes where that is expected; no calls at all never passes', () => {
  const all = { refused: { percent: 100, tolerance: 0 } };
  assert.ok(passes(answers({}, { ENOTFOUND: 400 }), all));
  assert.ok(!passes(NO_ANSWERS, all));
  assert.ok(!passes(NO_ANSWERS, {}));
});

test('batches add up', () => {
  const sum = add(answers({ a: 1 }, { X: 1 }), answers({ a: 2, b: 3 }));
  assert.deepEqual(sum, { calls: 7, clusters: { a: 3, b: 3 }, pods: {}, failures: { X: 1 } });
});
