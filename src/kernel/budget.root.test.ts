import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isFault } from '#kit/index.ts';
import { type Budget, requireWithinBudget, tooGenerous } from './budget.ts';
import { measureDirectory, measureObject } from './measure-budget.ts';
import { OBJECTS } from './testing/test-arena.ts';
import { compileFixtures } from './testing/test-fixtures.ts';

const budget = JSON.parse(readFileSync(new URL('../../bpf/budget.json', import.meta.url), 'utf8')) as Budget;

const measured = measureDirectory(OBJECTS);

test('every program loads', (t) => {
  for (const [program, count] of measured) t.diagnostic(`${program}: ${count} of ${budget[program]}`);
  assert.ok(measured.size >= 8);
});

test('every program is within its budget of verifier instructions', () => requireWithinBudget(budget, measured));

test('no budget is far above what its program takes', () => {
  assert.deepEqual(tooGenerous(budget, measured), []);
});

test('a program that grew beyond its budget is refused', () => {
  const oversized = measureObject(compileFixtures('oversized')('oversized'));
  const renamed = new Map([...oversized].map(([, count]) => ['getpeername4', count]));
  assert.throws(
    () => requireWithinBudget(budget, renamed),
    (error) =>
      isFault(error, 'kernel/budget') && /getpeername4 takes \d+ instructions, \d+ are allowed/.test(error.message),
  );
});

test('a program without a budget is refused', () => {
  assert.throws(() => requireWithinBudget({}, new Map([['new', 1]])), /new has no budget/);
});
