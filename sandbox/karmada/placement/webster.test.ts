import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fnv32a, webster } from './webster.ts';

const divide = (seats: number, ...weights: number[]) => [
  ...webster(
    seats,
    weights.map((weight, i) => ({ name: `cluster-${i + 1}`, weight })),
  ).values(),
];

const table: readonly (readonly [seats: number, weights: number[], expected: number[]])[] = [
  [9, [1, 2], [3, 6]],
  [9, [1, 3], [2, 7]],
  [2, [10, 10], [1, 1]],
  [3, [10, 10], [2, 1]],
  [5, [9, 1], [4, 1]],
  [10, [18, 12, 6], [5, 3, 2]],
  [12, [6, 12, 18], [2, 4, 6]],
  [0, [1, 1], [0, 0]],
  [4, [0, 1], [0, 4]],
  [4, [0, 0], [0, 0]],
];

for (const [seats, weights, expected] of table) {
  test(`${seats} replicas by weights ${weights.join(':')} are ${expected.join(', ')}`, () => {
    assert.deepEqual(divide(seats, ...weights), expected);
  });
}

test('who gets the odd replica depends on the template, and on nothing else', () => {
  const parties = [
    { name: 'a', weight: 1 },
    { name: 'b', weight: 1 },
  ];
  const even = ['u', 'v', 'w', 'x'].find((uid) => fnv32a(uid) % 2 === 0) ?? '';
  const odd = ['u', 'v', 'w', 'x'].find((uid) => fnv32a(uid) % 2 === 1) ?? '';
  assert.equal(webster(3, parties, even).get('a'), 2);
  assert.equal(webster(3, parties, odd).get('b'), 2);
  assert.equal(webster(3, parties.toReversed(), odd).get('b'), 2);
});

test('hashes as published for FNV-1a', () => {
  assert.equal(fnv32a(''), 0x811c9dc5);
  assert.equal(fnv32a('a'), 0xe40c292c);
  assert.equal(fnv32a('foobar'), 0xbf9cf968);
});
