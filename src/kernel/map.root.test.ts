import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ip, isFault } from '#kit/index.ts';
import { tables } from './generated/tables.ts';
import { loadObject } from './load-object.ts';
import { u32Key } from './map.ts';
import { tableOf } from './table.ts';
import { OBJECTS } from './testing/test-arena.ts';

const ROOM = 2000;
const object = loadObject(join(OBJECTS, 'connect4.bpf.o'), { maxEntries: { vips: ROOM, backends: 64, shares: 64 } });
const vips = tableOf(object, tables.vips);
after(() => object.close());

const BASE = ip('240.10.0.0');
const many = Array.from({ length: ROOM }, (_, i) => [{ addr: BASE + BigInt(i), port: 80, proto: 6 }, i] as const);

test('many entries are written, walked and deleted', () => {
  vips.putAll(many);
  assert.equal([...vips.entries()].length, ROOM);
  assert.equal(vips.get({ addr: BASE + 1999n, port: 80, proto: 6 }), 1999);
  assert.deepEqual(new Set([...vips.entries()].map(([, service]) => service)).size, ROOM);
  vips.deleteAll(many.map(([key]) => key));
  assert.deepEqual([...vips.entries()], []);
  assert.equal(vips.delete({ addr: 1n, port: 1, proto: 6 }), false);
  assert.equal(vips.get({ addr: 1n, port: 1, proto: 6 }), undefined);
});

test('a hash is read with few calls, whole: every entry once, with its own value', () => {
  assert.deepEqual([...vips.all()], []);
  vips.putAll(many);
  const read = [...vips.all()].toSorted(([, a], [, b]) => a - b);
  assert.deepEqual(
    read,
    many.map(([key, service]) => [key, service]),
  );
  vips.deleteAll(many.map(([key]) => key));
});

test('a full table says how much it holds', () => {
  vips.putAll(many);
  assert.throws(
    () => vips.put({ addr: 1n, port: 1, proto: 6 }, 1),
    (error) =>
      isFault(error, 'kernel/map-full') &&
      /write map vips: E2BIG.*\(it holds 2000 entries at most\)/.test(error.message),
  );
  vips.deleteAll(many.map(([key]) => key));
});

test('a key or value of another size is refused before it reaches the kernel', () => {
  assert.throws(() => object.map('vips').put(u32Key(1), u32Key(1)), /key of map vips has 20 bytes, not 4/);
  assert.throws(
    () => object.map('vips').put(new Uint8Array(20), new Uint8Array(2)),
    /value of map vips has 4 bytes, not 2/,
  );
});

test('a socket that is none is refused by the SOCKMAP with the reason', () => {
  assert.throws(
    () => object.map('alive').putSocket(0, 9999),
    (error) => isFault(error, 'kernel/map') && /EBADF/.test(error.message),
  );
});
