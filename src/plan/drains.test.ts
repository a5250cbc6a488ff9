import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drainedOf, drains, drainsAny } from './drains.ts';

test('a drain is of all services or of those that are named, and all wins', () => {
  const answers = (spec: Parameters<typeof drainedOf>[0]) =>
    [drainsAny(drainedOf(spec)), drains(drainedOf(spec), 'shop/cart'), drains(drainedOf(spec), 'shop/web')].map(Number);
  assert.deepEqual(answers({}), [0, 0, 0]);
  assert.deepEqual(answers({ drainServices: [] }), [0, 0, 0]);
  assert.deepEqual(answers({ drain: true }), [1, 1, 1]);
  assert.deepEqual(answers({ drainServices: ['shop/cart'] }), [1, 1, 0]);
  assert.deepEqual(answers({ drain: true, drainServices: ['shop/cart'] }), [1, 1, 1]);
});
