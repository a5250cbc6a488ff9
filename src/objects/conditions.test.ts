import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCondition, setCondition } from './conditions.ts';

const ready = (status: 'True' | 'False', message = '') => ({ type: 'Ready', status, reason: 'Because', message });

test('the transition time moves with the status only', () => {
  const first = setCondition(undefined, ready('True'), 't1');
  assert.equal(findCondition(first, 'Ready')?.lastTransitionTime, 't1');
  const reworded = setCondition(first, ready('True', 'other words'), 't2');
  assert.deepEqual(findCondition(reworded, 'Ready'), { ...ready('True', 'other words'), lastTransitionTime: 't1' });
  const turned = setCondition(reworded, ready('False', 'other words'), 't3');
  assert.equal(findCondition(turned, 'Ready')?.lastTransitionTime, 't3');
});

test('setting what is set already gives back the same list', () => {
  const list = setCondition([], ready('True'), 't1');
  assert.equal(setCondition(list, ready('True'), 't2'), list);
  assert.notEqual(setCondition(list, { ...ready('True'), observedGeneration: 2 }, 't2'), list);
});

test('other conditions stay as they are and where they are', () => {
  const other = { ...ready('False'), type: 'Other', lastTransitionTime: 't0' };
  const list = setCondition([other, { ...ready('True'), lastTransitionTime: 't0' }, other], ready('False'), 't1');
  assert.deepEqual(
    list.map((c) => c.type),
    ['Other', 'Ready', 'Other'],
  );
  assert.equal(list[0], other);
});
