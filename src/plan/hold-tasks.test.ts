import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdTasks } from './hold-tasks.ts';

const task = { fromCluster: 'a', reason: 'TaintUntolerated', producer: 'TaintManager' };

test('an eviction by a taint is held as it is made, and without a grace period, which Karmada takes no hold beside', () => {
  const held = [{ ...task, suppressDeletion: true }];
  assert.deepEqual(holdTasks([], [task]), held);
  assert.deepEqual(holdTasks([], [{ ...task, gracePeriodSeconds: 30 }]), held);
});

test('what was there before, was decided already, has another reason or is not to wait stays as it is', () => {
  const others = [
    [[task], [task]],
    [[], [{ ...task, suppressDeletion: false }]],
    [[], [{ ...task, reason: 'ApplicationFailure' }]],
  ] as const;
  for (const [before, after] of others) assert.deepEqual(holdTasks(before, after), after);
  assert.deepEqual(
    holdTasks([], [task], () => true),
    [task],
  );
});
