import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rolloutBounds, type RolloutState, rolloutStep } from './rollout.ts';

const share = (name: string, replicas: number, available: number) => ({ name, replicas, available });

function state(change: Partial<RolloutState>): RolloutState {
  const none = share('new', 0, 0);
  return {
    desired: 3,
    strategy: 'RollingUpdate',
    maxSurge: 1,
    maxUnavailable: 0,
    current: none,
    old: [],
    oldPods: 0,
    ...change,
  };
}

const steps = (change: Partial<RolloutState>) => Object.fromEntries(rolloutStep(state(change)));

test('a first roll-out starts all pods at once', () => {
  assert.deepEqual(steps({}), { new: 3 });
});

test('a new version starts with as many pods as the surge allows, and the old stay', () => {
  assert.deepEqual(steps({ old: [share('old', 3, 3)] }), { new: 1 });
});

test('an old pod goes when a new one is available', () => {
  assert.deepEqual(steps({ current: share('new', 1, 1), old: [share('old', 3, 3)] }), { old: 2 });
});

test('old pods that never became available go first and at once', () => {
  assert.deepEqual(steps({ current: share('new', 1, 0), old: [share('old', 3, 1)], desired: 3 }), { old: 1 });
});

test('Recreate waits until no old pod is left', () => {
  const strategy = 'Recreate';
  assert.deepEqual(steps({ strategy, old: [share('old', 3, 3)], oldPods: 3 }), { old: 0 });
  assert.deepEqual(steps({ strategy, old: [share('old', 0, 0)], oldPods: 1 }), {});
  assert.deepEqual(steps({ strategy, old: [share('old', 0, 0)] }), { new: 3 });
});

test('shares are rounded for progress: a surge up, unavailability down, never both to nothing', () => {
  assert.deepEqual(rolloutBounds(2), { maxSurge: 1, maxUnavailable: 0 });
  assert.deepEqual(rolloutBounds(10, { maxSurge: '30%', maxUnavailable: 2 }), { maxSurge: 3, maxUnavailable: 2 });
  assert.deepEqual(rolloutBounds(1, { maxSurge: 0, maxUnavailable: '25%' }), { maxSurge: 0, maxUnavailable: 1 });
});

test('any roll-out ends, stays within its surge, and keeps enough pods available', () => {
  const numbers = fc.integer({ min: 0, max: 6 });
  fc.assert(
    fc.property(
      numbers,
      numbers,
      numbers,
      fc.array(numbers, { maxLength: 3 }),
      (desired, maxSurge, unavailable, before) => {
        const maxUnavailable = maxSurge === 0 && unavailable === 0 ? 1 : unavailable;
        const sets = new Map([['new', 0], ...before.map((replicas, i) => [`old${i}`, replicas] as const)]);
        const total = () => [...sets.values()].reduce((a, b) => a + b, 0);
        const started = total();
        const isDone = () => sets.get('new') === desired && total() === desired;
        for (let round = 0; !isDone(); round += 1) {
          assert.ok(round < 60, `no end: ${JSON.stringify([...sets])}`);
          const shares = [...sets].map(([name, replicas]) => share(name, replicas, replicas));
          const [current = share('new', 0, 0), ...old] = shares;
          const available = total();
          const oldPods = old.reduce((sum, { replicas }) => sum + replicas, 0);
          const changes = rolloutStep(state({ desired, maxSurge, maxUnavailable, current, old, oldPods }));
          // What is started is not available yet; what is ended is gone at once: the worst case.
          const ended = [...changes].filter(([name, to]) => to < (sets.get(name) ?? 0));
          const left = available - ended.reduce((sum, [name, to]) => sum + (sets.get(name) ?? 0) - to, 0);
          assert.ok(left >= Math.min(available, desired - maxUnavailable), 'too few are left');
          for (const [name, to] of changes) sets.set(name, to);
          assert.ok(total() <= Math.max(started, desired + maxSurge), 'too many');
        }
      },
    ),
  );
});
