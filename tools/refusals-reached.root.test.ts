/** Runs after the suites of the kernel's half, which write down what they had refused (src/kernel/testing/follow-refusals.ts). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Refusal } from '#kernel/index.ts';

const list = process.env['SEALANE_TEST_REFUSALS'];
const skip = list === undefined && 'only among all tests, as tools/test.sh starts it';
const reasons = Object.keys(Refusal).filter((name) => name !== 'None');

test('every reason to refuse was reached by a test, and nothing was refused without one', { skip }, (t) => {
  const reached = new Set(
    readFileSync(list ?? '', 'utf8')
      .trimEnd()
      .split('\n'),
  );
  assert.deepEqual(
    { unreached: reasons.filter((name) => !reached.has(name)), unknown: reached.difference(new Set(reasons)) },
    { unreached: [], unknown: new Set() },
  );
  t.diagnostic(`${reasons.length} reasons to refuse, all reached`);
});
