import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { decode, ETHERNET_BYTES, encode, Flag, IP_BYTES, type Packet, sumOf } from './gateway-packets.ts';
import {
  CALLER,
  createStand,
  FAMILY,
  GATEWAY,
  LOCAL_POD,
  type Outcome,
  POD_SIDE,
  type Stand,
} from './gateway-stand.ts';

/** RFC 791, 8200, 9293 and 768 as the gateway promises to hold them; written without a look at the program. */
const isSound = (frame: Buffer): boolean => (FAMILY === 'IPv4' ? isSound4(frame) : isSound6(frame));

function isSound6(frame: Buffer): boolean {
  const ip = frame.subarray(ETHERNET_BYTES);
  if (ip.length < 40 || ip.readUInt8(0) >> 4 !== 6 || 40 + ip.readUInt16BE(4) > ip.length) return false;
  const body = ip.subarray(40, 40 + ip.readUInt16BE(4));
  return ip.readUInt8(6) === 6 ? isSoundTcp(body) : isSoundUdp(body) && body.readUInt16BE(6) !== 0;
}

function isSound4(frame: Buffer): boolean {
  const ip = frame.subarray(ETHERNET_BYTES);
  if (ip.length < 20 || ip.readUInt8(0) !== 0x45) return false;
  const total = ip.readUInt16BE(2);
  const whole = (ip.readUInt16BE(6) & 0x3fff) === 0;
  if (!whole || total > ip.length || total < 20 || sumOf(ip.subarray(0, 20)) !== 0xffff) return false;
  const body = ip.subarray(20, total);
  return ip.readUInt8(9) === 6 ? isSoundTcp(body) : isSoundUdp(body);
}

function isSoundTcp(body: Buffer): boolean {
  if (body.length < 20) return false;
  const header = (body.readUInt8(12) >>> 4) * 4;
  const flags = body.readUInt8(13);
  const syn = (flags & Flag.SYN) !== 0;
  if (syn && (flags & (Flag.FIN | Flag.RST)) !== 0) return false;
  return header >= 20 && header <= body.length && (flags & (Flag.SYN | Flag.ACK | Flag.RST)) !== 0;
}

function isSoundUdp(body: Buffer): boolean {
  if (body.length < 8) return false;
  const length = body.readUInt16BE(4);
  return length >= 8 && length <= body.length;
}

const toTcp: Packet = {
  proto: 'tcp',
  src: CALLER,
  sport: 20_000,
  dst: GATEWAY,
  dport: 10_001,
  options: [2, 4, 5, 180],
};
const toUdp: Packet = { ...toTcp, proto: 'udp', dport: 10_002, payload: Buffer.from('some question') };
/** A test run refuses less than an Ethernet and an IP header itself (EINVAL). */
const SHORTEST = ETHERNET_BYTES + IP_BYTES[FAMILY];

const spoiling = fc.record({
  packet: fc.constantFrom(
    toTcp,
    { ...toTcp, flags: Flag.ACK, payload: Buffer.alloc(40, 7) },
    { ...toTcp, dport: 10_777 },
    toUdp,
    { ...toUdp, dport: 10_777 },
  ),
  writes: fc.array(fc.tuple(fc.integer({ min: 0, max: SHORTEST + 46 }), fc.integer({ min: 0, max: 255 })), {
    maxLength: 4,
  }),
  keep: fc.oneof(fc.constant(2000), fc.integer({ min: SHORTEST, max: SHORTEST + 56 })),
  /** Of IPv4. */
  mendIpSum: FAMILY === 'IPv4' ? fc.boolean() : fc.constant(false),
});

function spoiled({
  packet,
  writes,
  keep,
  mendIpSum,
}: typeof spoiling extends fc.Arbitrary<infer T> ? T : never): Buffer {
  const frame = encode(packet);
  for (const [at, value] of writes) if (at < frame.length && at >= ETHERNET_BYTES) frame.writeUInt8(value, at);
  if (mendIpSum) {
    frame.writeUInt16BE(0, ETHERNET_BYTES + 10);
    frame.writeUInt16BE(~sumOf(frame.subarray(ETHERNET_BYTES, ETHERNET_BYTES + 20)) & 0xffff, ETHERNET_BYTES + 10);
  }
  return frame.subarray(0, keep);
}

const lanes = [
  { port: 10_001, mss: 1300, pods: [{ address: LOCAL_POD }] },
  { port: 10_002, proto: 'udp', pods: [{ address: LOCAL_POD, port: 53 }] },
] as const;

describe('spoiled packets', () => {
  let stand: Stand;
  const tally = { pass: 0, drop: 0, answer: 0, pod: 0 };
  before(async () => {
    stand = await createStand();
    stand.reset(lanes);
  });
  after(() => stand.close());

  function judge(frame: Buffer): void {
    const { result, refused } = stand.refusedBy(() => stand.send(frame));
    const counted = Object.values(refused).reduce((sum, count) => sum + count, 0);
    const kind = kindOf(result);
    tally[kind]++;
    if (kind === 'pass') assert.deepEqual([counted, result.frame], [0, frame]);
    if (kind === 'drop') assert.equal(counted, 1);
    if (kind === 'answer') assert.deepEqual([counted, decode(result.frame).l4Sum], [1, 'right']);
    if (kind === 'pod') assert.deepEqual([counted, isSound(frame), decode(result.frame).ipSum], [0, true, 'right']);
  }

  test('never reach a pod, and each is counted or left to the host as it came', () => {
    fc.assert(
      fc.property(spoiling, (spoilt) => judge(spoiled(spoilt))),
      { numRuns: 4000 },
    );
    for (const [kind, count] of Object.entries(tally)) assert.ok(count > 50, `only ${count} of kind ${kind}`);
  });

  test('random bytes after the Ethernet header never reach a pod', () => {
    const header = encode(toTcp).subarray(0, ETHERNET_BYTES);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: IP_BYTES[FAMILY], maxLength: 200 }), (bytes) =>
        judge(Buffer.concat([header, bytes])),
      ),
      { numRuns: 1000 },
    );
  });

  test('on the pods’ side, what belongs to no flow passes as it came', () => {
    fc.assert(
      fc.property(spoiling, (spoilt) => {
        const packet = { ...spoilt.packet, src: LOCAL_POD, dst: POD_SIDE, dport: 23_456 };
        const frame = spoiled({ ...spoilt, packet });
        const { verdict, frame: out } = stand.send(frame, { device: 'pods0' });
        assert.deepEqual([verdict, out], ['pass', frame]);
      }),
      { numRuns: 1000 },
    );
  });
});

function kindOf({ verdict, frame }: Outcome): 'pass' | 'drop' | 'answer' | 'pod' {
  if (verdict !== 'redirect') return verdict;
  return decode(frame).dst === LOCAL_POD ? 'pod' : 'answer';
}
