import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quantile, ratios, summarize } from './statistics.ts';

test('a summary has the quartiles of what was measured, whatever its order, and leaves out what failed', () => {
  const summary = summarize([5, null, 1, 3, 2, 4]);
  assert.deepEqual(summary, { count: 5, min: 1, q1: 2, median: 3, q3: 4, p99: 4.96, max: 5 });
  assert.equal(summarize([null, Number.NaN]), undefined);
});

test('a quantile between two values is interpolated', () => {
  assert.equal(quantile([10, 20], 0.5), 15);
  assert.equal(quantile([7], 0.99), 7);
});

test('ratios are taken round by round, and only where both were measured', () => {
  assert.deepEqual(ratios([10, null, 30, 5, 1], [20, 2, null, 0]), [0.5, null, null, null, null]);
});
