import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, SealaneError, silentLog, systemClock } from '#kit/index.ts';
import { createMetrics } from '#observe/index.ts';
import { dutyQueue } from './duty-queue.ts';

test('a race lost again and again is run less and less often, and the next one soon again', async () => {
  const waits: number[] = [];
  const clock: Clock = {
    ...systemClock,
    monotonic: () => 0,
    after(ms, run) {
      waits.push(ms);
      return systemClock.after(0, run);
    },
  };
  const faults = ['kube/conflict', 'kube/exists', ...Array<string>(6).fill('kube/conflict'), undefined, 'kube/exists'];
  await new Promise<void>((resolve) => {
    const metrics = createMetrics('member', silentLog);
    const queue = dutyQueue('imports', { clock, log: silentLog, metrics }, async () => {
      const fault = faults.shift();
      if (fault) throw new SealaneError(fault, 'write');
      if (faults.length === 0) resolve();
      else queue.add('demo/echo');
    });
    queue.add('demo/echo');
  });
  assert.deepEqual(waits, [30, 60, 120, 240, 480, 960, 1_000, 1_000, 30]);
});
