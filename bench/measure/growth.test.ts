import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growthOf } from './growth.ts';

const cost = (n: number) => ({ objects: n, writesPerSecond: n / 10 });
const row = (members: number, services: number, changes: number) => ({
  members,
  services,
  changes,
  hub: cost(members),
  mesh: cost(members * members),
});

test('of what the simulation works out one size is drawn, a point for each number of members', () => {
  const { points } = growthOf({ workedOut: [row(10, 100, 1), row(10, 1000, 1), row(10, 1000, 50), row(300, 1000, 1)] });
  assert.deepEqual(
    points.map(({ members }) => members),
    [10, 300],
  );
  assert.equal(points[1]?.['objects, every pod to everyone'], 90_000);
});

test('too little to draw is an error', () => {
  assert.throws(() => growthOf({ workedOut: [row(10, 1000, 1)] }), /says nothing of 1000 services/);
});
