import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from '#kit/index.ts';
import { portRange } from './port-range.ts';
import { seconds } from './seconds.ts';

/** @returns undefined when it is refused as it should be */
function readOr<T>(code: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    assert.ok(isFault(error, code), String(error));
    return undefined;
  }
}

const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0199-+. e\n'.split('')) }));

test('a range of ports is read as it was written, or refused', () => {
  const port = fc.integer({ min: 1, max: 65_535 });
  fc.assert(
    fc.property(port, port, (first, last) => {
      const range = readOr('cli/bad-port-range', () => portRange(`${first}-${last}`));
      assert.deepEqual(range, first <= last ? { first, last } : undefined);
    }),
  );
  fc.assert(
    fc.property(text, (some) => {
      const range = readOr('cli/bad-port-range', () => portRange(some));
      if (range) assert.deepEqual(some.split('-').map(Number), [range.first, range.last]);
    }),
  );
});

test('a number of seconds is read as it was written, or refused', () => {
  fc.assert(fc.property(fc.nat(999_999), (number) => assert.equal(seconds(String(number)), number)));
  fc.assert(
    fc.property(text, (some) => {
      const number = readOr('cli/bad-duration', () => seconds(some));
      if (number !== undefined) assert.match(some, new RegExp(`^0*${number === 0 ? '' : number}$`));
    }),
  );
});
