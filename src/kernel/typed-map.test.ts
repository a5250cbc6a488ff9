import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ip } from '#kit/index.ts';
import { Backend, Sent, VipKey } from './generated/structs.ts';
import { packRange, unpackRange } from './range.ts';
import { bytesOf, valueOf } from './typed-map.ts';

const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const address = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n });

test("addresses and ports lie in network order, counters in the machine's", () => {
  assert.equal(
    Buffer.from(bytesOf(VipKey, { addr: ip('240.10.1.1'), port: 80, proto: 6 })).toString('hex'),
    '00000000000000000000fffff00a010100500600',
  );
  const backend = { addr: ip('10.0.0.1'), port: 443, cluster: 2, generation: 3, group: 4, flags: 1, slot: 5 };
  assert.equal(
    Buffer.from(bytesOf(Backend, backend)).toString('hex'),
    '00000000000000000000ffff0a00000101bb0200030000000400000001000000' + '05000000',
  );
});

test('what is encoded is decoded again', () => {
  const backend = fc.record({
    addr: address,
    port: u16,
    cluster: u16,
    generation: u32,
    group: u32,
    flags: u32,
    slot: u32,
  });
  fc.assert(fc.property(backend, (value) => assert.deepEqual(valueOf(Backend, bytesOf(Backend, value)), { ...value })));
});

test('structures inside structures are decoded', () => {
  const pair = {
    vipAddr: ip('0.0.0.1'),
    vipPort: 2,
    port: 3,
    addr: ip('0.0.0.4'),
    backend: 5,
    generation: 6,
    service: 7,
  };
  const silences = [1, 2, 3, 4].map((sends) => ({ sinceMs: 9, sends, moves: 1 }));
  const sent = { count: 1, pairs: [pair, pair, { ...pair, addr: ip('0.0.0.9') }, pair], silences };
  assert.deepEqual(valueOf(Sent, bytesOf(Sent, sent)), sent);
});

test('a range is one word, and comes out as it went in', () => {
  assert.equal(packRange({ first: 5, count: 2 }), 0x200000005n);
  fc.assert(
    fc.property(u32, u32, (first, count) =>
      assert.deepEqual(unpackRange(packRange({ first, count })), { first, count }),
    ),
  );
});
