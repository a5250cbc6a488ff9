import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { keyMatches, meansEverybody, parseKey } from './place.ts';

const part = fc.string({ minLength: 1 }).filter((text) => !text.includes('/'));
const place = fc.record({ region: fc.string(), zone: fc.string(), group: fc.string(), name: part });

test('a key of four parts is read as it was written, and a bare name is found anywhere', () => {
  fc.assert(
    fc.property(fc.tuple(part, part, part, part), (parts) => assert.deepEqual(parseKey(parts.join('/')), parts)),
  );
  fc.assert(fc.property(part, (name) => assert.deepEqual(parseKey(name), ['*', '*', '*', name])));
});

test('any text is a key or none, and what is none means nobody', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('a', '/', '*') }));
  fc.assert(
    fc.property(text, place, (key, somewhere) => {
      const parts = parseKey(key);
      assert.equal(parts === undefined, !/^([^/]+|([^/]+\/){3}[^/]+)$/.test(key));
      if (!parts) assert.ok(!keyMatches(key, somewhere));
      assert.ok(!meansEverybody(key) || keyMatches(key, somewhere));
    }),
  );
});

test('a place is meant by its own key and by its name', () => {
  fc.assert(
    fc.property(fc.record({ region: part, zone: part, group: part, name: part }), (one) => {
      assert.ok(keyMatches(`${one.region}/${one.zone}/${one.group}/${one.name}`, one));
      assert.ok(keyMatches(one.name, one));
    }),
  );
});
