import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { isFault } from '#kit/index.ts';
import { loadObject } from './load-object.ts';
import { mappedRecords, mappedWords } from './mapped.ts';
import { programInfo } from './program.ts';
import { compileFixtures } from './testing/test-fixtures.ts';

const fixture = compileFixtures('torn');
const LEAST_MS = 700;
/** On a busy machine reader and writer may hardly run at once. */
const MOST_MS = 20_000;
const CHANGES = 1_000n;

/** Stores until a reader beside has met enough of it; @returns what the reader saw */
async function race(store: (words: BigUint64Array, halves: DataView, value: number) => void) {
  const object = loadObject(fixture('torn'));
  const words = mappedWords(object.map('word'));
  const { view } = mappedRecords(object.map('word'));
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const { id: programId } = programInfo(object.program('reads').fd);
  const worker = new Worker(new URL('testing/reader.ts', import.meta.url), { workerData: { programId, stop } });
  await once(worker, 'message');
  const seen = object.map('seen');
  const start = performance.now();
  const isEnough = (ms: number): boolean => ms > MOST_MS || (ms > LEAST_MS && seen.counter(2) > CHANGES);
  let value = 0;
  while (!isEnough(performance.now() - start)) {
    for (let i = 0; i < 10_000; i++) store(words, view, (value = (value + 1) >>> 0));
  }
  Atomics.store(stop, 0, 1);
  await once(worker, 'exit');
  const counted = { reads: seen.counter(0), mixes: seen.counter(1), changes: seen.counter(2) };
  object.close();
  return counted;
}

test('a word stored at once is read old or new, never mixed', async () => {
  const { reads, mixes, changes } = await race((words, _, value) => {
    words[0] = (BigInt(value) << 32n) | BigInt(value);
  });
  assert.ok(reads > 10_000n && changes > CHANGES, `${reads} reads, ${changes} changes`);
  assert.equal(mixes, 0n);
});

test('two halves stored one after the other are read mixed: the race is real', async () => {
  const { mixes } = await race((_, halves, value) => {
    halves.setUint32(0, value, true);
    halves.setUint32(4, value, true);
  });
  assert.ok(mixes > 0n);
});

test('what is no shared array is refused', () => {
  const object = loadObject(fixture('torn'));
  assert.throws(
    () => mappedWords(object.map('seen')),
    (error) => isFault(error, 'kernel/not-mappable'),
  );
  object.close();
});
