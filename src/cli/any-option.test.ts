import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault, systemClock } from '#kit/index.ts';
import { deadline } from './deadline.ts';
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

test('a deadline is so long from now, or a time, or refused', () => {
  const now = 1_000_000;
  const read = (from: string) => readOr('cli/bad-deadline', () => deadline(from, { ...systemClock, now: () => now }));
  const asked = ['90s', '5m', '2h', '1d', '2030-01-31T12:00:00Z', '2030-01-31T12:00:00.5+02:00'].map(read);
  const times = ['2030-01-31T12:00:00.000Z', '2030-01-31T10:00:00.500Z'].map((time) => Date.parse(time));
  assert.deepEqual(asked, [now + 90_000, now + 300_000, now + 7_200_000, now + 86_400_000, ...times]);
  for (const nonsense of ['', '5', '5 m', '-5m', 'm', '2030-01-31', '2030-13-31T12:00:00Z', 'tomorrow', '1234567s'])
    assert.equal(read(nonsense), undefined, nonsense);
  fc.assert(fc.property(text, (some) => void read(some)));
});
