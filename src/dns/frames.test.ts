import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createFrameReader, framed } from './frames.ts';

test('messages over TCP come out whole and in order, however the bytes were cut', () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)));
  fc.assert(
    fc.property(messages, fc.array(fc.nat(2000)), (sent, cuts) => {
      const bytes = Buffer.concat(sent.map(framed));
      const ends = [...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
      const read = createFrameReader();
      assert.deepEqual(
        ends.flatMap((end, i) => read(bytes.subarray(ends[i - 1] ?? 0, end))),
        sent,
      );
    }),
  );
});
