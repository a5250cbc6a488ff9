import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Verdict } from '#plan/index.ts';
import { judgeReach } from './judge-reach.ts';

const judged = (...votes: Verdict[][]) => {
  const { status, reason } =
    judgeReach(
      'east',
      votes.map(([one = 'unknown', two = 'unknown']) => ({ east: { '192.0.2.1': one, '192.0.2.2': two } })),
    ) ?? {};
  return `${status} ${reason}`;
};

test('a member is reached where one of its gateways answers one of ours', () => {
  assert.equal(judged(['up', 'up']), 'True Answers');
  assert.equal(judged(['down', 'down'], ['down', 'up']), 'True SomeGatewaysDown');
  assert.equal(judged(['up', 'unknown']), 'True Answers');
  assert.equal(judged(['down', 'down'], ['unknown', 'down']), 'False NoGatewayAnswers');
  assert.equal(judged(['unknown', 'unknown']), 'Unknown NotKnown');
  assert.equal(judged(['down', 'unknown']), 'Unknown NotKnown');
});

test('nothing is said of one that nobody asks', () => {
  assert.equal(judgeReach('east', []), undefined);
  assert.equal(judgeReach('east', [{ west: { '192.0.2.1': 'up' } }]), undefined);
});
