import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, inTurns, systemClock } from './clock.ts';
import { silentLog } from './log.ts';
import { createQueue } from './queue.ts';

/** Time passes only with work; what is asked for later is noted and comes when the event loop turns. */
function workingClock() {
  let now = 0;
  let turns = 0;
  const clock: Clock = {
    ...systemClock,
    monotonic: () => now,
    after(ms, run) {
      turns++;
      return systemClock.after(ms, run);
    },
  };
  return { clock, work: (ms: number) => (now += ms), turns: () => turns };
}

test('a thousand keys that wait for nothing let the event loop turn, and each is worked on once', async () => {
  const { clock, work, turns } = workingClock();
  const worked: string[] = [];
  const queue = createQueue({
    clock,
    log: silentLog,
    work: async (key) => {
      worked.push(key);
      work(1);
    },
  });
  const keys = Array.from({ length: 1_000 }, (_, i) => `k${i}`);
  for (const key of keys) queue.add(key);
  await queue.idle();
  assert.deepEqual(worked, keys);
  assert.ok(turns() >= 40, `${turns()} turns in 1,000 ms of work`);
});

test('work that takes no time is not held up', async () => {
  const { clock, turns } = workingClock();
  const queue = createQueue({ clock, log: silentLog, work: async () => {} });
  for (let i = 0; i < 1_000; i++) queue.add(`k${i}`);
  await queue.idle();
  assert.equal(turns(), 0);
});

test('items come in order, with turns of the event loop between them', async () => {
  const { clock, work, turns } = workingClock();
  const seen: number[] = [];
  for await (const item of inTurns(Array(100).keys(), clock)) {
    seen.push(item);
    work(1);
  }
  assert.deepEqual(seen, [...Array(100).keys()]);
  assert.ok(turns() >= 4, `${turns()} turns in 100 ms of work`);
});
