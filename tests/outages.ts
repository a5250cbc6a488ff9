/**
 * What is above the kernel is gone for minutes, each alone and all together, under a running load: longer than any lease and watch.
 * Takes 15 minutes, so it is not among the tests that run by themselves: sh tools/test.sh tests/outages.ts
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NAMESPACES } from '#api/index.ts';
import { demonstration, eventually, rescale } from './island-set.ts';
import { startLoad } from './running-load.ts';

const OUTAGE_S = 180;
const RATE = 100;
const CONTEXTS = ['hub', 'cluster-1', 'cluster-2', 'cluster-3'];
/** Groups of the sandbox's processes. */
const OUTAGES = [['member'], ['hub'], ['apiserver'], ['member', 'hub', 'apiserver', 'propagation', 'agent']];

const set = await demonstration(`slto${process.pid % 10_000}`);

for (const [i, groups] of OUTAGES.entries()) {
  const name = `${groups.join(', ')} gone for ${OUTAGE_S} s: no call fails, and then a change gets through`;
  test(name, { timeout: (OUTAGE_S + 180) * 1000 }, async (t) => {
    using load = await startLoad(set, { rate: RATE });
    await load.calm();
    for (const group of groups) await set.sandbox('fault', 'crash', group);
    await new Promise((resolve) => setTimeout(resolve, OUTAGE_S * 1000));
    await set.sandbox('fault', 'heal', 'all');
    await eventually('all API servers to answer', answers);
    await rescale(set, 6 + 2 * (i % 2));
    await load.calm();
    const calls = await load.end();
    t.diagnostic(`${calls.length} calls`);
    assert.ok(calls.length > OUTAGE_S * RATE);
    assert.deepEqual(
      calls.filter(({ failure }) => failure !== undefined),
      [],
    );
  });
}

async function answers(): Promise<true | undefined> {
  const asked = CONTEXTS.map((context) => set.client(context).list(NAMESPACES));
  return (await Promise.allSettled(asked)).every(({ status }) => status === 'fulfilled') || undefined;
}
