import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Clock } from '#kit/index.ts';
import { HELD_MOST, holding, type Slowness } from './holding.ts';

/** Time that moves when told to, from one timer to the next; chance as given. */
function handClock(random: () => number) {
  let now = 0;
  const timers: { readonly at: number; readonly run: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    random,
    after(ms, run) {
      timers.push({ at: now + ms, run });
      return () => {};
    },
  };
  const advance = (ms: number) => {
    const end = now + ms;
    for (;;) {
      timers.sort((one, other) => one.at - other.at);
      if (timers.length === 0 || (timers[0]?.at ?? 0) > end) break;
      const { at, run } = timers.shift() ?? assert.fail();
      now = at;
      run();
    }
    now = end;
  };
  return { clock, advance };
}

const slowness = (more: Partial<Slowness>): Slowness => ({ byMs: 100, jitterMs: 0, lossPercent: 0, ...more });

test('each is held for as long as was said, more or less, and none passes another', () => {
  const gaps = fc.array(
    fc.record({
      gap: fc.double({ min: 0, max: 50, noNaN: true }),
      chance: fc.double({ min: 0, max: 0.999, noNaN: true }),
    }),
  );
  fc.assert(
    fc.property(gaps, fc.integer({ min: 0, max: 100 }), (frames, jitterMs) => {
      let chance = 0;
      const { clock, advance } = handClock(() => chance);
      const passed: { readonly i: number; readonly after: number }[] = [];
      const came: number[] = [];
      const take = holding(slowness({ jitterMs }), clock, (i: number) =>
        passed.push({ i, after: clock.monotonic() - (came[i] ?? 0) }),
      );
      frames.forEach(({ gap, chance: its }, i) => {
        advance(gap);
        chance = its;
        came.push(clock.monotonic());
        take(i);
      });
      advance(1000);
      assert.deepEqual(
        passed.map(({ i }) => i),
        frames.map((_, i) => i),
      );
      for (const { after } of passed)
        assert.ok(after >= 100 - jitterMs - 1e-6 && after <= 100 + jitterMs + 1 + 1e-6, `${after}`);
    }),
  );
});

test('so many are lost, and what comes when too much is held', () => {
  let n = 0;
  const { clock, advance } = handClock(() => (n++ % 100) / 100);
  let passed = 0;
  const half = holding(slowness({ lossPercent: 50 }), clock, () => (passed += 1));
  for (let i = 0; i < 200; i++) half(i);
  advance(200);
  assert.ok(passed > 0 && passed < 200, `${passed} of 200`);
  passed = 0;
  const full = holding(slowness({}), clock, () => (passed += 1));
  for (let i = 0; i < HELD_MOST + 7; i++) full(i);
  advance(200);
  assert.equal(passed, HELD_MOST);
});
