import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withMachineLock } from './index.ts';

const name = `slt-${process.pid}`;

test('one at a time', async () => {
  let inside = 0;
  let most = 0;
  const work = () =>
    withMachineLock(name, async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    });
  await Promise.all([work(), work(), work()]);
  assert.equal(most, 1);
});

test('whoever fails lets go', async () => {
  await assert.rejects(
    withMachineLock(name, () => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.equal(await withMachineLock(name, async () => 7), 7);
});
