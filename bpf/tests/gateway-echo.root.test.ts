import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { decode, encode, fragmented, HOST_MAC, type Packet, PEER_MAC } from './gateway-packets.ts';
import { CALLER, createStand, FAMILY, GATEWAY, type Stand } from './gateway-stand.ts';

const PORT = 9959;
const LIMIT = 8;

function probe(kind = 1, magic = 'SLNP', bytes = 24): Buffer {
  const payload = Buffer.alloc(bytes, 7);
  payload.write(magic, 0);
  payload.writeUInt32BE(kind, 4);
  return payload;
}

const question: Packet = { proto: 'udp', src: CALLER, sport: PORT, dst: GATEWAY, dport: PORT, payload: probe() };
const elsewhere = FAMILY === 'IPv4' ? '172.30.77.12' : 'fd00:77::12';

describe(`probes over ${FAMILY}`, () => {
  let stand: Stand;
  before(async () => {
    stand = await createStand();
  });
  after(() => stand.close());

  const send = (packet: Packet) => stand.send(encode(packet), { echo: true });

  test('are sent back to where they came from, as an answer of the same length with the same nonce', () => {
    const { verdict, frame } = send({ ...question, ttl: 9 });
    assert.equal(verdict, 'redirect');
    assert.equal(frame.length, encode(question).length);
    const { src, dst, sport, dport, payload, ipSum, l4Sum, toMac, fromMac, ttl } = decode(frame);
    assert.deepEqual([src, sport, dst, dport], [GATEWAY, PORT, CALLER, PORT]);
    assert.deepEqual([toMac, fromMac], [PEER_MAC, HOST_MAC]);
    assert.deepEqual([ipSum, l4Sum, ttl], ['right', 'right', 9], 'what goes in circles comes to an end');
    assert.deepEqual(payload, probe(2));
  });

  const passing: readonly (readonly [string, Packet])[] = [
    ['an answer', { ...question, payload: probe(2) }],
    ['another word at the beginning', { ...question, payload: probe(1, 'SLNQ') }],
    ['a byte too many', { ...question, payload: probe(1, 'SLNP', 25) }],
    ['a byte too few', { ...question, payload: probe(1, 'SLNP', 23) }],
    ['nothing in it', { ...question, payload: Buffer.alloc(0) }],
    ['another port', { ...question, dport: PORT + 1 }],
    ['another address of the node', { ...question, dst: elsewhere }],
    ['TCP', { ...question, proto: 'tcp' }],
    ['no checksum', { ...question, sum: 'absent' }],
    ['a fragment', { ...question, ...fragmented('udp') }],
    ['another host’s frame', { ...question, toMac: PEER_MAC }],
  ];
  for (const [what, packet] of passing) {
    test(`pass untouched with ${what}`, () => {
      const sent = encode(packet);
      const { verdict, frame } = stand.send(sent, { echo: true });
      assert.deepEqual([verdict, frame], ['pass', sent]);
    });
  }

  test('are none of the gateway’s business, and lane ports none of theirs', () => {
    assert.equal(stand.send(encode(question)).verdict, 'pass');
    assert.equal(send({ ...question, dport: 10_001 }).verdict, 'pass');
  });

  test('pass while the node is no gateway', () => {
    const { inbound } = stand;
    const { info } = inbound.map('gateway');
    inbound.map('gateway').put(Buffer.alloc(4), Buffer.alloc(info.valueSize));
    assert.equal(send(question).verdict, 'pass');
    stand.configure(0);
    assert.equal(send(question).verdict, 'redirect');
  });

  test('beyond so many a second are dropped, counted', async () => {
    const small = await createStand({ rodata: { echoes_a_second: LIMIT } });
    try {
      const sent = Array.from({ length: 4 * LIMIT });
      const { result, refused } = small.refusedBy(() =>
        sent.map(() => small.send(encode(question), { echo: true }).verdict),
      );
      const dropped = result.filter((verdict) => verdict === 'drop').length;
      assert.ok(dropped >= LIMIT && dropped <= 3 * LIMIT, `${dropped} of ${sent.length}`);
      assert.deepEqual(refused, { Probes: dropped });
    } finally {
      await small.close();
    }
  });
});
