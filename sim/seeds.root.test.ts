/** Not for root, but for a process of its own: 300 seeds, and that a seed is the same run twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replayOf } from './run/report.ts';
import { readOptions } from './run/options.ts';
import { runScenario } from './run/run-scenario.ts';
import { runSeeds } from './run/run-seeds.ts';
import { scenarioOf } from './steps/scenario.ts';

const SEEDS = 300;
const DEADLINE_MS = 15 * 60_000;

test('whatever goes wrong in 300 seeds, what must hold holds, and everything comes right', {
  timeout: DEADLINE_MS,
}, async () => {
  const outcomes = await runSeeds({ seeds: Array.from({ length: SEEDS }, (_, i) => String(i)), workers: 2 });
  const failures = outcomes.flatMap(({ seed, violation }) =>
    violation ? [`${violation.invariant}: ${violation.what}\n  ${replayOf(seed, readOptions([]))}`] : [],
  );
  assert.equal(failures.join('\n'), '');
  assert.equal(outcomes.length, SEEDS);
});

test('a seed is the same run twice, to the last change, and another seed is another', async () => {
  const hashOf = async (seed: string) => (await runScenario(scenarioOf(seed))).hash;
  const first = await hashOf('7');
  assert.notEqual(await hashOf('8'), first);
  assert.equal(await hashOf('7'), first);
});
