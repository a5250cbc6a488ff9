import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { measuredPart, withMeasured } from './page.ts';
import { figuresOf } from './plots.ts';
import { PAGE, PUBLISHED, readResults } from './publish.ts';
import { testResults } from './testing.ts';

test('the page and its drawings are what the published results say (npm run bench -- --report)', () => {
  const results = readResults(PUBLISHED);
  const figures = figuresOf(results);
  const page = readFileSync(PAGE, 'utf8');
  assert.equal(page, withMeasured(page, measuredPart(results, figures)));
  for (const { file, svg } of figures)
    assert.equal(readFileSync(join(PAGE, '../performance', file), 'utf8'), svg, file);
});

test('what people wrote around the measured part stays', () => {
  const page = 'before\n<!-- measured: begin, written by `npm run bench` -->\nold\n<!-- measured: end -->\nafter\n';
  const next = withMeasured(page, 'new');
  assert.match(next, /^before\n[^]*\n\nnew\n\n[^]*\nafter\n$/);
  assert.doesNotMatch(next, /old/);
  assert.throws(() => withMeasured('no place', 'new'), RangeError);
});

test('a noisy machine, a missed aim and a failed measurement are all on the page', () => {
  const load = { averageBefore: 5, averageAfter: 6, busyBetween: [0.9] };
  const text = measuredPart(
    testResults({ vip: { connections: [5, 5, 5] } }, { load, failed: { 'paths: nginx, requests': 'gone' } }),
    [],
  );
  assert.match(text, /The machine was not quiet/);
  assert.match(text, /\| VIP \/ pod address: connections\/s \| ≥ 0\.985 × \| 0\.500 \|.*\*\*missed\*\*/);
  assert.match(text, /- paths: nginx, requests: gone/);
  assert.doesNotMatch(measuredPart(testResults(), []), /not quiet|could not be measured/);
});
