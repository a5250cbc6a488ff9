import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type Decoded,
  decode,
  ETHERNET_BYTES,
  encode,
  Flag,
  fragmented,
  IP_BYTES,
  ICMP_PORT,
  ICMP_TOO_BIG,
  icmpErrorIn,
  type Packet,
} from './gateway-packets.ts';
import {
  CALLER,
  createStand,
  FAMILY,
  GATEWAY,
  LAN_SIDE,
  type LaneSpec,
  LOCAL_POD,
  POD_SIDE,
  REMOTE_POD,
  type RunOptions,
  type Stand,
  type Verdict,
} from './gateway-stand.ts';

interface Case {
  readonly description: string;
  readonly packet: Packet;
  /** Changes the bytes of the packet. */
  readonly spoil?: (frame: Buffer) => Buffer;
  readonly lanes?: readonly LaneSpec[];
  readonly run?: RunOptions;
  readonly expect: {
    readonly verdict: Verdict;
    readonly refused?: Readonly<Record<string, number>>;
    readonly packet?: Partial<Decoded>;
  };
}

const isFour = FAMILY === 'IPv4';
const L4 = ETHERNET_BYTES + IP_BYTES[FAMILY];
const NEIGHBOUR = isFour ? '172.30.77.12' : 'fd00:77::12';
const NOWHERE = isFour ? '203.0.113.9' : '2001:db8::9';
/** By the lanes' own device. */
const BEYOND = isFour ? '10.244.66.7' : 'fd00:244:66::7';
const SCTP = 132;

const syn: Packet = { proto: 'tcp', src: CALLER, sport: 20_000, dst: GATEWAY, dport: 10_001 };
const datagram: Packet = { ...syn, proto: 'udp', dport: 10_002, payload: Buffer.from('question') };
const lanes: LaneSpec[] = [
  { port: 10_001, mss: 1300, pods: [{ address: LOCAL_POD }] },
  { port: 10_002, proto: 'udp', pods: [{ address: LOCAL_POD, port: 53 }] },
  { port: 10_003, pods: [{ address: REMOTE_POD }] },
  { port: 10_004, pods: [] },
  { port: 10_004, proto: 'udp', pods: [] },
  { port: 10_005, pods: [{ address: LOCAL_POD, is: 'gone' }] },
  { port: 10_006, pods: [{ address: NOWHERE }] },
  { port: 10_007, pods: [{ address: BEYOND }] },
  { port: 10_008, pods: [{ address: POD_SIDE }] },
];
const right = { ipSum: 'right', l4Sum: 'right' } as const;
const sent = { verdict: 'redirect' } as const;
const untouched = { verdict: 'pass' } as const;
const dropped = (reason: string): Case['expect'] => ({ verdict: 'drop', refused: { [reason]: 1 } });
const at =
  (offset: number, value: number) =>
  (frame: Buffer): Buffer => {
    frame.writeUInt8(value, offset);
    return frame;
  };
const cut =
  (bytes: number) =>
  (frame: Buffer): Buffer =>
    frame.subarray(0, bytes);

const cases: readonly Case[] = [
  {
    description: 'gives a SYN to the pod behind the lane port, under the address of the device it is reached by',
    packet: syn,
    expect: { ...sent, packet: { ...right, src: POD_SIDE, sport: 20_000, dst: LOCAL_POD, dport: 8080, ttl: 63 } },
  },
  {
    description: 'gives a SYN to a pod of another node under the LAN address',
    packet: { ...syn, dport: 10_003 },
    expect: { ...sent, packet: { ...right, src: LAN_SIDE, dst: REMOTE_POD, dport: 8080 } },
  },
  {
    description: 'gives a datagram to the pod and keeps its checksum right',
    packet: datagram,
    expect: {
      ...sent,
      packet: { ...right, src: POD_SIDE, dst: LOCAL_POD, dport: 53, payload: Buffer.from('question') },
    },
  },
  {
    description: 'takes a source port of its own range when the caller comes from outside it',
    packet: { ...syn, sport: 40_000 },
    expect: { ...sent, packet: { ...right, src: POD_SIDE, dst: LOCAL_POD } },
  },
  {
    description: 'lowers the segment size that a SYN offers to what the lane carries',
    packet: { ...syn, options: [2, 4, 0x05, 0xb4] },
    expect: { ...sent, packet: { ...right, options: [2, 4, 0x05, 0x14] } },
  },
  {
    description: 'lowers it at an odd place among other options too',
    packet: { ...syn, options: [1, 3, 3, 7, 1, 1, 1, 2, 4, 0x05, 0xb4, 0] },
    expect: { ...sent, packet: { ...right, options: [1, 3, 3, 7, 1, 1, 1, 2, 4, 0x05, 0x14, 0] } },
  },
  {
    description: 'does not raise a segment size',
    packet: { ...syn, options: [2, 4, 0x02, 0x18] },
    expect: { ...sent, packet: { ...right, options: [2, 4, 0x02, 0x18] } },
  },
  {
    description: 'survives options that lie about their length',
    packet: { ...syn, options: [8, 0, 2, 4, 0x05, 0xb4, 0, 0] },
    expect: { ...sent, packet: { ...right, options: [8, 0, 2, 4, 0x05, 0xb4, 0, 0] } },
  },
  {
    description: 'answers a SYN to a lane port that nobody has with a reset',
    packet: { ...syn, dport: 10_999, seq: 4_294_967_295 },
    expect: {
      ...sent,
      refused: { NoLane: 1 },
      packet: {
        ...right,
        src: GATEWAY,
        sport: 10_999,
        dst: CALLER,
        dport: 20_000,
        flags: Flag.RST | Flag.ACK,
        seq: 0,
        ack: 0,
      },
    },
  },
  {
    description: 'answers a SYN with a reset when the service has no pod',
    packet: { ...syn, dport: 10_004 },
    expect: { ...sent, refused: { NoPod: 1 }, packet: { ...right, flags: Flag.RST | Flag.ACK, ack: 1001 } },
  },
  {
    description: 'answers a SYN with a reset when every pod was withdrawn',
    packet: { ...syn, dport: 10_005 },
    expect: { ...sent, refused: { NoPod: 1 }, packet: { ...right, flags: Flag.RST | Flag.ACK } },
  },
  {
    description: 'answers data of an unknown flow with a reset at the sequence that the sender expects',
    packet: { ...syn, flags: Flag.ACK, seq: 5000, ack: 777, payload: Buffer.alloc(300, 1) },
    expect: { ...sent, refused: { NoFlow: 1 }, packet: { ...right, flags: Flag.RST, seq: 777, ack: 0 } },
  },
  {
    description: 'counts the data of an unacknowledging segment in the reset',
    packet: { ...syn, dport: 10_999, payload: Buffer.alloc(99, 1), options: [2, 4, 5, 0xb4] },
    expect: { ...sent, refused: { NoLane: 1 }, packet: { ...right, flags: Flag.RST | Flag.ACK, ack: 1100 } },
  },
  {
    description: 'never answers a reset with a reset',
    packet: { ...syn, flags: Flag.RST },
    expect: dropped('NoFlow'),
  },
  {
    description: 'answers a datagram to a lane port that nobody has with "port unreachable"',
    packet: { ...datagram, dport: 10_999 },
    expect: { ...sent, refused: { NoLane: 1 }, packet: { ...right, proto: 'icmp', src: GATEWAY, dst: CALLER } },
  },
  {
    description: 'answers a datagram with "port unreachable" when the service has no pod',
    packet: { ...datagram, dport: 10_004, payload: Buffer.alloc(0) },
    expect: { ...sent, refused: { NoPod: 1 }, packet: { ...right, proto: 'icmp' } },
  },
  {
    description: 'leaves ports outside the lane range to the host',
    packet: { ...syn, dport: 22 },
    expect: untouched,
  },
  {
    description: 'leaves other addresses to the host',
    packet: { ...syn, dst: NEIGHBOUR },
    expect: untouched,
  },
  {
    description: 'leaves frames to another Ethernet address alone',
    packet: { ...syn, toMac: '02:00:00:00:00:77' },
    expect: untouched,
  },
  {
    description: 'leaves other protocols to the host',
    packet: syn,
    spoil: at(ETHERNET_BYTES + (isFour ? 9 : 6), SCTP),
    expect: untouched,
  },
  {
    description: 'refuses the first fragment of a datagram',
    packet: { ...datagram, ...fragmented('udp') },
    expect: dropped('Fragment'),
  },
  { description: 'drops a packet at the end of its life', packet: { ...syn, ttl: 1 }, expect: dropped('Ttl') },
  {
    description: 'drops a packet to a pod without a route',
    packet: { ...syn, dport: 10_006 },
    expect: dropped('NoRoute'),
  },
  {
    description: 'never sends what came by a lane out by the lanes’ device',
    packet: { ...syn, dport: 10_007 },
    expect: dropped('Loop'),
  },
  {
    description: 'does not take an address of the node for a pod',
    packet: { ...syn, dport: 10_008 },
    expect: dropped('NoRoute'),
  },
  {
    description: 'drops another IP version',
    packet: syn,
    spoil: at(ETHERNET_BYTES, 0x55),
    expect: dropped('Truncated'),
  },
  { description: 'drops a packet cut in its ports', packet: syn, spoil: cut(L4 + 2), expect: dropped('Truncated') },
  {
    description: 'drops a packet cut in its TCP header',
    packet: syn,
    spoil: cut(L4 + 16),
    expect: dropped('Truncated'),
  },
  {
    description: 'drops a TCP header longer than its packet',
    packet: syn,
    spoil: at(L4 + 12, 0xf0),
    expect: dropped('Truncated'),
  },
  {
    description: 'drops a TCP header said to be too short',
    packet: syn,
    spoil: at(L4 + 12, 0x40),
    expect: dropped('Truncated'),
  },
  { description: 'drops SYN with FIN', packet: { ...syn, flags: Flag.SYN | Flag.FIN }, expect: dropped('Truncated') },
  { description: 'drops a segment without any flag', packet: { ...syn, flags: 0 }, expect: dropped('Truncated') },
  {
    description: 'drops a datagram longer than its packet',
    packet: datagram,
    spoil: at(L4 + 5, 0xff),
    expect: dropped('Truncated'),
  },
  {
    description: 'drops a datagram shorter than its header',
    packet: datagram,
    spoil: at(L4 + 5, 7),
    expect: dropped('Truncated'),
  },
  {
    description: 'answers a packet too large for the pod’s link with "fragmentation needed"',
    packet: { ...syn, dport: 10_003, payload: Buffer.alloc(1400) },
    expect: { ...sent, refused: { TooBig: 1 }, packet: { ...right, proto: 'icmp', dst: CALLER } },
  },
];

/** What IPv6 does otherwise is in `gateway-six.ts`. */
const ofFour: readonly Case[] = [
  {
    description: 'leaves an absent UDP checksum absent',
    packet: { ...datagram, sum: 'absent' },
    expect: { ...sent, packet: { ipSum: 'right', l4Sum: 'absent', dst: LOCAL_POD } },
  },
  {
    description: 'leaves later fragments to the host, which lacks the first',
    packet: { ...datagram, dontFragment: false, fragmentOffset: 100 },
    expect: untouched,
  },
  {
    description: 'refuses IP options',
    packet: { ...syn, ipOptions: [7, 4, 4, 0] },
    expect: dropped('IpOptions'),
  },
  {
    description: 'drops an IP header said to be too short',
    packet: syn,
    spoil: at(14, 0x44),
    expect: dropped('Truncated'),
  },
  {
    description: 'drops one that may be fragmented, counted',
    packet: { ...syn, dport: 10_003, payload: Buffer.alloc(1400), dontFragment: false },
    expect: dropped('TooBig'),
  },
  { description: 'drops a wrong IP checksum', packet: syn, spoil: at(25, 0xee), expect: dropped('Truncated') },
];

describe('a packet that comes in by the lanes’ device', () => {
  let stand: Stand;
  before(async () => {
    stand = await createStand();
  });
  after(() => stand.close());

  for (const { description, packet, spoil, run, expect, ...rest } of isFour ? [...cases, ...ofFour] : cases) {
    test(description, () => {
      stand.reset(rest.lanes ?? lanes);
      const frame = spoil ? spoil(encode(packet)) : encode(packet);
      const { result, refused } = stand.refusedBy(() => stand.send(frame, run));
      assert.equal(result.verdict, expect.verdict);
      assert.deepEqual(refused, expect.refused ?? {});
      if (expect.verdict === 'pass') assert.deepEqual(result.frame, frame);
      if (expect.packet) assertIncludes(decode(result.frame), expect.packet);
    });
  }

  test('a hashed source port lies in the published range', () => {
    stand.reset(lanes);
    for (let sport = 40_000; sport < 40_200; sport++) {
      const out = decode(stand.send(encode({ ...syn, sport })).frame);
      assert.ok(out.sport >= 15_000 && out.sport <= 29_999, `${out.sport}`);
    }
  });

  test('an answer goes back to the Ethernet address that the packet came from', () => {
    stand.reset(lanes);
    const out = decode(stand.send(encode({ ...syn, dport: 10_999, fromMac: '02:00:00:00:00:42' })).frame);
    assert.deepEqual([out.toMac, out.fromMac], ['02:00:00:00:00:42', '02:00:00:00:00:01']);
  });

  test('"fragmentation needed" names the link’s MTU and quotes what the caller sent', () => {
    stand.reset(lanes);
    const frame = encode({ ...syn, dport: 10_003, payload: Buffer.alloc(1400) });
    const { type, code, mtu, quoted } = icmpErrorIn(stand.send(frame).frame);
    assert.deepEqual([type, code, mtu], [...ICMP_TOO_BIG[FAMILY], 1400]);
    assert.deepEqual(quoted, frame.subarray(ETHERNET_BYTES, L4 + 20));
  });

  test('"port unreachable" quotes the datagram', () => {
    stand.reset(lanes);
    const frame = encode({ ...datagram, dport: 10_999 });
    const { type, code, quoted } = icmpErrorIn(stand.send(frame).frame);
    assert.deepEqual([type, code], ICMP_PORT[FAMILY]);
    assert.deepEqual(quoted, frame.subarray(ETHERNET_BYTES, L4 + 8));
  });

  test('with one device for lanes and pods, a pod beyond it is served and a lane port beyond it is not', async () => {
    const single = await createStand({ flags: 1 });
    try {
      single.reset([
        { port: 10_001, pods: [{ address: BEYOND }] },
        { port: 10_002, pods: [{ address: BEYOND, port: 10_002 }] },
      ]);
      assert.equal(decode(single.send(encode(syn)).frame).dst, BEYOND);
      const { refused } = single.refusedBy(() => single.send(encode({ ...syn, dport: 10_002 })));
      assert.deepEqual(refused, { Loop: 1 });
    } finally {
      await single.close();
    }
  });

  test('with one device, lane ports that lead nowhere are the node’s own: kubelet listens at 10250', async () => {
    const single = await createStand({ flags: 1 });
    try {
      single.reset(lanes);
      const kubelet = { ...syn, dport: 10_250 };
      const packets = [
        kubelet,
        { ...kubelet, flags: Flag.ACK, payload: Buffer.alloc(300, 1) },
        { ...kubelet, flags: Flag.RST },
        { ...datagram, dport: 10_999 },
        { ...datagram, dport: 10_999, ...fragmented('udp') },
      ];
      for (const packet of packets) {
        const frame = encode(packet);
        const { result, refused } = single.refusedBy(() => single.send(frame));
        assert.deepEqual([result.verdict, refused], ['pass', {}]);
        assert.deepEqual(result.frame, frame);
      }
      const { refused } = single.refusedBy(() => single.send(encode({ ...syn, flags: Flag.ACK })));
      assert.deepEqual(refused, { NoFlow: 1 }, 'a lane’s port is not');
    } finally {
      await single.close();
    }
  });

  test('everything passes while no gateway address is written', () => {
    stand.reset(lanes);
    stand.inbound.map('gateway').put(Buffer.alloc(4), Buffer.alloc(40));
    const frame = encode(syn);
    const { verdict, frame: out } = stand.send(frame);
    stand.configure(0);
    assert.equal(verdict, 'pass');
    assert.deepEqual(out, frame);
  });
});

function assertIncludes(actual: Decoded, expected: Partial<Decoded>): void {
  const seen = Object.fromEntries(Object.keys(expected).map((key) => [key, actual[key as keyof Decoded]]));
  assert.deepEqual(seen, expected);
}
