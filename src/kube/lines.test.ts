import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lines } from './lines.ts';

test('lines come out whole, however the bytes were cut, also inside a character', async () => {
  const line = fc.string({ unit: 'binary', minLength: 1 }).map((text) => `x${text.replaceAll('\n', '')}`);
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat(500)), fc.boolean(), async (all, cuts, isEnded) => {
      const bytes = Buffer.from(all.join('\n') + (isEnded ? '\n' : ''));
      const expected = bytes.toString().split('\n').filter(Boolean);
      const ends = [...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
      const pieces = ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
      assert.deepEqual(await Array.fromAsync(lines(ReadableStream.from(pieces))), expected);
    }),
  );
});
