import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonical, clone, deepEqual } from './equal.ts';
import { isDeeperThan, type Json, own, withKey } from './json.ts';
import { anyJson } from './schema/schema.arbitrary.ts';

test('equality does not see the order of keys, nor keys that are undefined', () => {
  assert.ok(deepEqual({ a: 1, b: [{ c: 2 }] }, { b: [{ c: 2 }], a: 1 }));
  assert.ok(deepEqual({ a: 1, b: undefined }, { a: 1 }));
  for (const [a, b] of [
    [{ a: 1 }, { b: 1 }],
    [
      [1, 2],
      [2, 1],
    ],
    [{}, []],
    [null, {}],
    ['1', 1],
    [{ a: null }, {}],
  ] as const) {
    assert.ok(!deepEqual(a, b), JSON.stringify([a, b]));
    assert.ok(!deepEqual(b, a), JSON.stringify([b, a]));
  }
});

test('equal values, and only they, have the same canonical text', () => {
  fc.assert(fc.property(anyJson, anyJson, (a, b) => assert.equal(deepEqual(a, b), canonical(a) === canonical(b))));
  assert.equal(canonical({ b: 1, a: { d: [1, 'x'], c: null } }), '{"a":{"c":null,"d":[1,"x"]},"b":1}');
});

test('a copy is equal and shares nothing', () => {
  fc.assert(
    fc.property(anyJson, (value) => {
      const copy = clone(value);
      assert.ok(deepEqual(copy, value));
      assert.ok(copy !== value || typeof value !== 'object' || value === null);
    }),
  );
});

test('__proto__ is read and set as a key like others', () => {
  const object: Record<string, Json> = {};
  assert.equal(own(object, '__proto__'), undefined);
  const set = withKey(object, '__proto__', 1);
  assert.equal(JSON.stringify(set), '{"__proto__":1}');
  assert.equal(own(set, '__proto__'), 1);
  assert.equal(JSON.stringify(withKey(set, '__proto__', undefined)), '{}');
});

test('depth is measured without recursion', () => {
  assert.ok(!isDeeperThan({ a: [1] }, 2));
  assert.ok(isDeeperThan({ a: [1] }, 1));
  let deep: Json = 1;
  for (let i = 0; i < 200_000; i += 1) deep = [deep];
  assert.ok(isDeeperThan(deep, 1000));
});
