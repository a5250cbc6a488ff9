/** Not for root, but for a process of its own: every planted bug is found, by the seed that found it first, or by another of 300. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLANTED, type Planted } from './planted/planted.ts';
import type { Outcome } from './run/run-scenario.ts';
import { runSeeds } from './run/run-seeds.ts';

const SEEDS = 300;

test('there are at least ten planted bugs', () => {
  assert.ok(PLANTED.length >= 10);
});

for (const planted of PLANTED) {
  test(`${planted.name} is found: ${planted.harm}`, async () => {
    const found = await findingOf(planted);
    assert.ok(found, `none of ${SEEDS} seeds has found it`);
  });
}

async function findingOf(planted: Planted): Promise<Outcome | undefined> {
  const others = Array.from({ length: SEEDS }, (_, i) => i).filter((i) => i !== planted.foundBy);
  const seeds = [planted.foundBy, ...others].map(String);
  const outcomes = await runSeeds({ seeds, workers: 1, planted, untilFound: true });
  return outcomes.find(({ violation }) => violation);
}
