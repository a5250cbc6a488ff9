import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  type Decoded,
  decode,
  ETHERNET_BYTES,
  encode,
  ICMP_PORT,
  ICMP_TOO_BIG,
  icmpErrorIn,
  IP_BYTES,
  type Packet,
  sumOf,
} from './gateway-packets.ts';
import {
  CALLER,
  createStand,
  FAMILY,
  GATEWAY,
  LOCAL_POD,
  OTHER_CALLER,
  POD_SIDE,
  type Stand,
} from './gateway-stand.ts';

const isFour = FAMILY === 'IPv4';
const ROUTER = isFour ? '172.30.77.1' : 'fd00:77::1';
const TOO_BIG = ICMP_TOO_BIG[FAMILY];
const ECHO: readonly [number, number] = isFour ? [8, 0] : [128, 0];
const HEADER = IP_BYTES[FAMILY];
const call: Packet = { proto: 'tcp', src: CALLER, sport: 40_000, dst: GATEWAY, dport: 10_001 };

/** An ICMP error from `src` that quotes a packet of ours. @param rest bytes 4 to 7 of ICMP, the MTU for "fragmentation needed" */
function icmpError(src: string, dst: string, type: number, code: number, quoted: Buffer, rest = 0): Buffer {
  const icmp = Buffer.concat([Buffer.alloc(8), quoted.subarray(ETHERNET_BYTES, ETHERNET_BYTES + HEADER + 8)]);
  icmp.writeUInt8(type, 0);
  icmp.writeUInt8(code, 1);
  icmp.writeUInt32BE(rest, 4);
  if (!isFour) return icmp6(src, dst, icmp);
  icmp.writeUInt16BE(~sumOf(icmp) & 0xffff, 2);
  const frame = encode({ proto: 'udp', src, dst, sport: 0, dport: 0, payload: icmp.subarray(8) });
  frame.writeUInt8(1, ETHERNET_BYTES + 9);
  frame.writeUInt16BE(0, ETHERNET_BYTES + 10);
  frame.writeUInt16BE(~sumOf(frame.subarray(ETHERNET_BYTES, ETHERNET_BYTES + 20)) & 0xffff, ETHERNET_BYTES + 10);
  icmp.copy(frame, ETHERNET_BYTES + 20);
  return frame;
}

/** ICMPv6 has a checksum as UDP does, over a header that says so. */
function icmp6(src: string, dst: string, icmp: Buffer): Buffer {
  const frame = encode({ proto: 'udp', src, dst, sport: 0, dport: 0, payload: icmp.subarray(8) });
  frame.writeUInt8(58, ETHERNET_BYTES + 6);
  icmp.copy(frame, ETHERNET_BYTES + HEADER);
  frame.writeUInt16BE(0, ETHERNET_BYTES + HEADER + 2);
  const pseudo = Buffer.concat([frame.subarray(ETHERNET_BYTES + 8, ETHERNET_BYTES + 40), Buffer.from([0, 58, 0, 0])]);
  pseudo.writeUInt16BE(icmp.length, 34);
  const sum = sumOf(Buffer.concat([pseudo, frame.subarray(ETHERNET_BYTES + HEADER)]));
  frame.writeUInt16BE(~sum & 0xffff, ETHERNET_BYTES + HEADER + 2);
  return frame;
}

/** Addresses and ports of the packet that an error quotes, and whether its header still holds. */
function quotedIn(frame: Buffer): Pick<Decoded, 'src' | 'sport' | 'dst' | 'dport' | 'ipSum'> {
  const { quoted } = icmpErrorIn(frame);
  const { src, sport, dst, dport, ipSum } = decode(Buffer.concat([Buffer.alloc(14), quoted, Buffer.alloc(40)]));
  return { src, sport, dst, dport, ipSum };
}

describe('an ICMP error about a flow', () => {
  let stand: Stand;
  let toPod: Decoded;
  before(async () => {
    stand = await createStand();
  });
  after(() => stand.close());
  beforeEach(() => {
    stand.reset([{ port: 10_001, pods: [{ address: LOCAL_POD }] }]);
    toPod = decode(stand.send(encode(call)).frame);
  });

  const answer = (): Buffer => encode({ ...call, src: GATEWAY, sport: 10_001, dst: CALLER, dport: 40_000 });
  const sentToPod = (): Buffer => encode({ ...call, src: POD_SIDE, sport: toPod.sport, dst: LOCAL_POD, dport: 8080 });

  test('from a router on the way to the caller reaches the pod, which recognises what it sent', () => {
    const { verdict, frame } = stand.send(icmpError(ROUTER, GATEWAY, ...TOO_BIG, answer(), 1280));
    const { src, dst, ipSum, l4Sum, ttl } = decode(frame);
    assert.deepEqual([verdict, src, dst, ipSum, l4Sum, ttl], ['redirect', POD_SIDE, LOCAL_POD, 'right', 'right', 63]);
    assert.equal(icmpErrorIn(frame).mtu, 1280);
    const theirs = { src: LOCAL_POD, sport: 8080, dst: POD_SIDE, dport: toPod.sport, ipSum: 'right' };
    assert.deepEqual(quotedIn(frame), theirs);
  });

  test('from the pod reaches the caller, which recognises what it sent', () => {
    const { verdict, frame } = stand.send(icmpError(LOCAL_POD, POD_SIDE, ...ICMP_PORT[FAMILY], sentToPod()), {
      device: 'pods0',
    });
    const { src, dst, ipSum, l4Sum } = decode(frame);
    assert.deepEqual([verdict, src, dst, ipSum, l4Sum], ['redirect', GATEWAY, CALLER, 'right', 'right']);
    const ours = { src: CALLER, sport: 40_000, dst: GATEWAY, dport: 10_001, ipSum: 'right' };
    assert.deepEqual(quotedIn(frame), ours);
  });

  const foreign: [description: string, frame: () => Buffer][] = [
    [
      'about no flow',
      () => icmpError(ROUTER, GATEWAY, ...TOO_BIG, encode({ ...call, src: GATEWAY, dst: CALLER, sport: 22 })),
    ],
    ['to another address', () => icmpError(ROUTER, OTHER_CALLER, ...TOO_BIG, answer())],
    ['that is no error (echo)', () => icmpError(ROUTER, GATEWAY, ...ECHO, answer())],
    [
      'that quotes too little',
      () => icmpError(ROUTER, GATEWAY, ...TOO_BIG, answer()).subarray(0, ETHERNET_BYTES + 2 * HEADER + 6),
    ],
  ];
  for (const [description, frame] of foreign) {
    test(`one ${description} is left to the host`, () => {
      const sent = frame();
      const { verdict, frame: out } = stand.send(sent);
      assert.deepEqual([verdict, out], ['pass', sent]);
    });
  }

  test('one at the end of its life is dropped, counted', () => {
    const frame = icmpError(ROUTER, GATEWAY, ...TOO_BIG, answer());
    frame.writeUInt8(1, ETHERNET_BYTES + (isFour ? 8 : 7));
    assert.deepEqual(stand.refusedBy(() => stand.send(frame)).refused, { Ttl: 1 });
  });
});
