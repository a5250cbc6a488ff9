import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlacedEntry } from '../duties/connect.ts';
import { Ejections } from './ejections.ts';

const NOW = 1_000n;
const placed: readonly PlacedEntry[] = [
  { owner: 'shop/cart', index: 1, clusters: new Map([[10, 'east']]), sizes: new Map() },
];

const entry = (addr: bigint, ejections: number, until = 0n, group = 10) =>
  [
    { addr, port: 80, group },
    { until, term: 0n, connects: 0, answers: 0, times: 0, ejections: BigInt(ejections) },
  ] as const;

test('backends that are ejected now are counted, those whose time is over are not', () => {
  const entries = [entry(1n, 3, NOW + 1n), entry(2n, 1, NOW), entry(3n, 1, NOW + 9n)];
  assert.deepEqual(new Ejections().read(entries, placed, NOW).get('shop/cart east')?.backends, 2);
});

test('ejections are counted from the first look on, also when the kernel forgets a backend and begins anew', () => {
  const ejections = new Ejections();
  const total = (...entries: ReturnType<typeof entry>[]) =>
    ejections.read(entries, placed, NOW).get('shop/cart east')?.ejections;
  assert.equal(total(entry(1n, 3)), 0, 'what an earlier process has shown');
  assert.equal(total(entry(1n, 5), entry(2n, 1)), 3);
  assert.equal(total(entry(2n, 1)), 3, 'one was forgotten');
  assert.equal(total(entry(1n, 2), entry(2n, 1)), 5, 'and is ejected again');
});

test('a backend of nobody’s is passed over', () => {
  assert.deepEqual([...new Ejections().read([entry(1n, 3, NOW + 1n, 99)], placed, NOW)], []);
});
