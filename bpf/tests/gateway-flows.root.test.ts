import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { flowUse, snatLimits } from '#kernel/index.ts';
import { formatIp, systemClock } from '#kit/index.ts';
import { type Decoded, decode, encode, Flag, fragmented, type Packet } from './gateway-packets.ts';
import {
  CALLER,
  createStand,
  FAMILY,
  GATEWAY,
  LAN_SIDE,
  LOCAL_POD,
  localPod,
  OTHER_CALLER,
  REMOTE_POD,
  type Stand,
} from './gateway-stand.ts';

const { SYN, ACK, FIN, RST } = Flag;
const ISN = 7000;
const right = { ipSum: 'right', l4Sum: 'right' } as const;
const lanes = [
  { port: 10_001, mss: 1300, pods: [{ address: LOCAL_POD }] },
  { port: 10_002, proto: 'udp', pods: [{ address: LOCAL_POD, port: 53 }] },
  { port: 10_003, pods: [{ address: REMOTE_POD }] },
] as const;

/** One caller's TCP connection through a stand, both ends played. */
class Connection {
  stand: Stand;
  readonly caller: Packet;
  /** What the pod got last. */
  atPod: Decoded;

  constructor(stand: Stand, caller: Partial<Packet> = {}) {
    this.stand = stand;
    this.caller = { proto: 'tcp', src: CALLER, sport: 20_000, dst: GATEWAY, dport: 10_001, seq: 1000, ...caller };
    this.atPod = decode(stand.send(encode(this.caller)).frame);
  }

  call(flags: number, more: Partial<Packet> = {}): Decoded {
    const { frame } = this.stand.send(encode({ ...this.caller, flags, seq: 1001, ack: ISN + 1, ...more }));
    this.atPod = decode(frame);
    return this.atPod;
  }

  answer(flags: number, more: Partial<Packet> = {}): Decoded {
    const { frame } = this.stand.send(encode(this.reply(flags, more)), { device: this.device() });
    return decode(frame);
  }

  reply(flags: number, more: Partial<Packet> = {}): Packet {
    const { src, sport, dst, dport } = this.atPod;
    const turned = { src: dst, sport: dport, dst: src, dport: sport };
    return { proto: this.caller.proto, ...turned, flags, seq: ISN, ack: 1001, ...more };
  }

  device(): 'pods0' | 'lan0' {
    return this.caller.dport === 10_003 ? 'lan0' : 'pods0';
  }

  /** Goes on through another stand. */
  on(stand: Stand): this {
    this.stand = stand;
    return this;
  }

  establish(): this {
    this.answer(SYN | ACK);
    this.call(ACK);
    return this;
  }

  end(): this {
    this.call(FIN | ACK);
    this.answer(FIN | ACK, { seq: ISN + 1 });
    return this;
  }
}

const flooder = (n: number): string =>
  FAMILY === 'IPv4' ? `198.51.${n >> 8}.${n & 255}` : `fd00:51::${n.toString(16)}`;
const count = (table: { entries(): Iterable<unknown> }): number => [...table.entries()].length;

describe('a flow through the gateway', () => {
  let stand: Stand;
  before(async () => {
    stand = await createStand({ capacity: 64 });
  });
  after(() => stand.close());
  beforeEach(() => stand.reset(lanes));

  test('the pod’s answer leaves as the lane port’s', () => {
    const { src, sport, dst, dport, ttl, ipSum, l4Sum } = new Connection(stand).answer(SYN | ACK);
    assert.deepEqual(
      { src, sport, dst, dport, ttl },
      { src: GATEWAY, sport: 10_001, dst: CALLER, dport: 20_000, ttl: 63 },
    );
    assert.deepEqual({ ipSum, l4Sum }, right);
  });

  test('the answer of a pod on another node leaves as the lane port’s', () => {
    const connection = new Connection(stand, { dport: 10_003, sport: 45_000 });
    assert.equal(connection.atPod.src, LAN_SIDE);
    const { src, sport, dst, dport } = connection.answer(SYN | ACK);
    assert.deepEqual({ src, sport, dst, dport }, { src: GATEWAY, sport: 10_003, dst: CALLER, dport: 45_000 });
  });

  test('the segment size of a SYN-ACK is lowered too', () => {
    const { options, l4Sum } = new Connection(stand).answer(SYN | ACK, { options: [2, 4, 0x05, 0xb4] });
    assert.deepEqual({ options, l4Sum }, { options: [2, 4, 0x05, 0x14], l4Sum: 'right' });
  });

  test('other traffic of a pod to the node passes untouched', () => {
    const connection = new Connection(stand);
    const frame = encode(connection.reply(SYN | ACK, { sport: 9999 }));
    const out = stand.send(frame, { device: 'pods0' });
    assert.deepEqual([out.verdict, out.frame], ['pass', frame]);
  });

  test('a handshake moves the flow from the half-open table to the lasting one', () => {
    const connection = new Connection(stand);
    assert.deepEqual([count(stand.halfOpen()), count(stand.flows())], [2, 0]);
    connection.establish();
    assert.deepEqual([count(stand.halfOpen()), count(stand.flows())], [0, 2]);
  });

  test('a forged ACK that the pod’s answer does not fit moves nothing', () => {
    const connection = new Connection(stand);
    connection.call(ACK);
    connection.answer(SYN | ACK);
    connection.call(ACK, { ack: ISN + 100_000 });
    assert.deepEqual([count(stand.halfOpen()), count(stand.flows())], [2, 0]);
  });

  test('data and answers of an established flow keep every checksum right', () => {
    const connection = new Connection(stand).establish();
    for (let bytes = 0; bytes < 64; bytes++) {
      const payload = Buffer.alloc(bytes, bytes * 7);
      const there = connection.call(ACK, { payload });
      const back = connection.answer(ACK, { payload });
      assert.deepEqual([there.ipSum, there.l4Sum, back.ipSum, back.l4Sum], ['right', 'right', 'right', 'right']);
      assert.deepEqual([there.payload, back.payload], [payload, payload]);
    }
  });

  test('a SYN sent again keeps its pod and port', () => {
    const many = Array.from({ length: 50 }, (_, i) => ({ address: localPod(i) }));
    stand.reset([{ port: 10_001, pods: many }]);
    const connection = new Connection(stand, { sport: 50_000 });
    const first = connection.atPod;
    connection.answer(SYN | ACK); // else it might get another pod, where ten SYNs take their time
    for (let again = 0; again < 10; again++) {
      const { dst, sport } = connection.call(SYN, { seq: 1000, ack: 0 });
      assert.deepEqual({ dst, sport }, { dst: first.dst, sport: first.sport });
    }
    assert.equal(count(stand.halfOpen()), 2);
  });

  test('a flow outlives its lane', () => {
    const connection = new Connection(stand).establish();
    stand.clear('lane_ports');
    assert.equal(connection.call(ACK).dst, LOCAL_POD);
    assert.equal(decode(stand.send(encode({ ...connection.caller, sport: 20_001 })).frame).flags, RST | ACK);
  });

  test('flows outlive the process that loaded the programs', () => {
    const established = new Connection(stand).establish();
    const halfOpen = new Connection(stand, { sport: 20_001 });
    stand = stand.restarted();
    const after = [established, halfOpen].map((it) => it.on(stand));
    assert.deepEqual(
      after.map((it) => it.answer(SYN | ACK).dport),
      [20_000, 20_001],
    );
    assert.equal(after[0]?.call(ACK).dst, LOCAL_POD);
  });

  test('a SYN on a flow that both ends have closed begins another one', () => {
    const connection = new Connection(stand).establish().end();
    assert.deepEqual([count(stand.halfOpen()), count(stand.flows())], [0, 2]);
    assert.equal(connection.call(SYN, { seq: 90_000, ack: 0 }).dst, LOCAL_POD);
    assert.deepEqual([count(stand.halfOpen()), count(stand.flows())], [2, 0]);
  });

  test('a SYN on a live flow goes to the same pod, which decides', () => {
    const connection = new Connection(stand).establish();
    assert.equal(connection.call(SYN, { seq: 90_000, ack: 0 }).dst, LOCAL_POD);
    assert.deepEqual([count(stand.halfOpen()), count(stand.flows())], [0, 2]);
  });

  test('a connection refused by the pod may be tried again at once', () => {
    const connection = new Connection(stand);
    assert.equal(connection.answer(RST | ACK).flags, RST | ACK);
    stand.writeLanes([{ port: 10_001, pods: [{ address: REMOTE_POD }] }]);
    assert.equal(connection.call(SYN, { seq: 2000, ack: 0 }).dst, REMOTE_POD);
  });

  test('two callers with the same port get different source ports towards one pod', () => {
    const one = new Connection(stand).atPod;
    const other = new Connection(stand, { src: OTHER_CALLER }).atPod;
    assert.equal(one.sport, 20_000);
    assert.notEqual(other.sport, one.sport);
    assert.equal(count(stand.halfOpen()), 4);
  });

  test('each of two callers with the same port hears its own answers', () => {
    const one = new Connection(stand).establish();
    const other = new Connection(stand, { src: OTHER_CALLER }).establish();
    assert.deepEqual([one.answer(ACK).dst, other.answer(ACK).dst], [CALLER, OTHER_CALLER]);
  });

  test('UDP goes both ways, and lasts once the caller has spoken again', () => {
    const caller = { proto: 'udp', dport: 10_002, payload: Buffer.from('one') } as const;
    const conversation = new Connection(stand, caller);
    const back = conversation.answer(0, { payload: Buffer.from('two') });
    assert.deepEqual([back.src, back.sport, back.dst, back.l4Sum], [GATEWAY, 10_002, CALLER, 'right']);
    assert.deepEqual([count(stand.halfOpen()), count(stand.flows())], [2, 0]);
    conversation.call(0);
    assert.deepEqual([count(stand.halfOpen()), count(stand.flows())], [0, 2]);
  });

  test('an absent UDP checksum of the pod stays absent', () => {
    const conversation = new Connection(stand, { proto: 'udp', dport: 10_002 });
    assert.equal(conversation.answer(0, { sum: 'absent' }).l4Sum, 'absent');
  });

  test('a fragmented answer is refused and counted', () => {
    const conversation = new Connection(stand, { proto: 'udp', dport: 10_002 });
    const frame = encode(conversation.reply(0, fragmented('udp')));
    const { result, refused } = stand.refusedBy(() => stand.send(frame, { device: 'pods0' }));
    assert.deepEqual([result.verdict, refused], ['drop', { Fragment: 1 }]);
  });

  test('an answer too large for the lanes’ device is told so', () => {
    const connection = new Connection(stand).establish();
    const { refused, result } = stand.refusedBy(() => connection.answer(ACK, { payload: Buffer.alloc(1600) }));
    assert.deepEqual([refused, result.proto, result.dst, result.l4Sum], [{ TooBig: 1 }, 'icmp', LOCAL_POD, 'right']);
  });

  test('an answer at the end of its life is dropped', () => {
    const connection = new Connection(stand);
    const frame = encode(connection.reply(SYN | ACK, { ttl: 1 }));
    assert.deepEqual(stand.refusedBy(() => stand.send(frame, { device: 'pods0' })).refused, { Ttl: 1 });
  });

  test('a flood of SYNs leaves established flows alone', () => {
    const held = Array.from({ length: 10 }, (_, i) => new Connection(stand, { sport: 20_000 + i }).establish());
    const { refused } = stand.refusedBy(() => {
      for (let i = 0; i < 3000; i++) stand.send(encode({ ...held[0]?.caller, src: flooder(i) } as Packet));
    });
    assert.deepEqual([refused, count(stand.halfOpen()) > 3000], [{}, true]);
    for (const connection of held) assert.equal(connection.call(ACK).sport, connection.caller.sport);
    for (const connection of held) assert.equal(connection.answer(ACK).dport, connection.caller.sport);
  });
});

/* Times are short here: a flow cannot be made older than the machine. */
const TIMES = {
  tcp_idle_ns: 40_000_000_000n,
  tcp_half_closed_ns: 20_000_000_000n,
  tcp_closed_ns: 5_000_000_000n,
  half_open_ns: 10_000_000_000n,
  udp_idle_ns: 15_000_000_000n,
};

describe('silence', () => {
  let stand: Stand;
  before(async () => {
    stand = await createStand({ rodata: TIMES });
  });
  after(() => stand.close());
  beforeEach(() => stand.reset(lanes));

  const idles: [description: string, prepare: (connection: Connection) => void, keptSeconds: number][] = [
    ['an established flow', (it) => it.establish(), 40],
    ['a flow that one end has closed', (it) => it.establish().call(FIN | ACK), 20],
    ['a flow that both ends have closed', (it) => it.establish().end(), 5],
    ['a flow that was reset', (it) => it.establish().answer(RST), 5],
    ['a half-open flow', () => undefined, 10],
  ];
  for (const [what, prepare, keptSeconds] of idles) {
    test(`${what} is over after its own time of silence`, () => {
      const connection = new Connection(stand);
      prepare(connection);
      stand.age(keptSeconds - 2);
      const kept = stand.refusedBy(() => connection.call(ACK, { ack: 1 }));
      assert.deepEqual([kept.refused, kept.result.dst], [{}, LOCAL_POD]);
      stand.reset(lanes);
      const other = new Connection(stand);
      prepare(other);
      stand.age(keptSeconds + 2);
      const over = stand.refusedBy(() => other.call(ACK, { ack: 1 }));
      assert.deepEqual([over.refused, over.result.flags], [{ NoFlow: 1 }, RST]);
    });
  }

  test('a flow stays while only one direction is used', () => {
    const connection = new Connection(stand).establish();
    stand.age(30);
    connection.answer(ACK);
    stand.age(30);
    assert.equal(connection.call(ACK).dst, LOCAL_POD);
  });

  test('a segment after a reset that was not taken keeps the flow', () => {
    const connection = new Connection(stand).establish();
    connection.call(RST);
    connection.call(ACK);
    stand.age(20);
    assert.equal(connection.call(ACK).dst, LOCAL_POD);
  });

  test('a UDP flow ends after its silence and begins anew', () => {
    const conversation = new Connection(stand, { proto: 'udp', dport: 10_002, sport: 50_001 });
    stand.age(13);
    conversation.call(0);
    assert.equal(count(stand.halfOpen()), 2);
    stand.writeLanes([{ port: 10_002, proto: 'udp', pods: [{ address: REMOTE_POD }] }]);
    assert.equal(conversation.call(0).dst, LOCAL_POD);
    stand.age(17);
    assert.equal(conversation.call(0).dst, REMOTE_POD);
    assert.equal(count(stand.halfOpen()), 2);
  });
});

describe('a full gateway', () => {
  const PORTS = { snat_port_first: 15_000, snat_port_last: 15_007 };
  let stand: Stand;
  before(async () => {
    stand = await createStand({ capacity: 32, rodata: PORTS });
  });
  after(() => stand.close());
  beforeEach(() => stand.reset(lanes));

  const callers = (amount: number): Connection[] =>
    Array.from({ length: amount }, (_, i) => new Connection(stand, { sport: 40_000 + i }));

  test('counts a caller for whom no source port is left', () => {
    const { refused } = stand.refusedBy(() => {
      for (let i = 0; i < 60; i++) stand.send(encode({ ...new Connection(stand).caller, sport: 40_000 + i }));
    });
    assert.equal(count(stand.halfOpen()) <= 2 * 9, true);
    assert.ok((refused.NatPorts ?? 0) >= 50, JSON.stringify(refused));
  });

  test('shows how many ports are taken towards a pod, before the last one is', async () => {
    const limits = snatLimits(stand.programs.incoming);
    const use = async () => {
      const { ports } = await flowUse(stand.inbound, FAMILY, limits, process.hrtime.bigint(), systemClock);
      return ports.map(
        ({ pod, port, used }) => `${formatIp(pod)} ${port}: ${used} of ${limits.last - limits.first + 1}`,
      );
    };
    const held = callers(6).map((connection) => connection.establish());
    assert.deepEqual(await use(), [`${LOCAL_POD} 8080: 6 of 8`]);
    const { refused } = stand.refusedBy(() => {
      for (let i = 0; i < 60; i++) stand.send(encode({ ...new Connection(stand).caller, sport: 47_000 + i }));
    });
    assert.ok((refused.NatPorts ?? 0) >= 50, JSON.stringify(refused));
    assert.deepEqual(await use(), [`${LOCAL_POD} 8080: 8 of 8`]);
    for (const connection of held) assert.equal(connection.answer(ACK).dport, connection.caller.sport);
    stand.age(61);
    assert.deepEqual(await use(), [`${LOCAL_POD} 8080: 6 of 8`], 'half-open ones are over');
    held[0]?.end();
    held[1]?.end();
    held[2]?.call(FIN | ACK);
    held[3]?.answer(RST | ACK, { seq: ISN + 1 });
    stand.age(11);
    assert.deepEqual(await use(), [`${LOCAL_POD} 8080: 3 of 8`], 'those that both ends, or a reset, have ended are');
  });

  test('a table of flows is as full as it has flows that are not over', async () => {
    const limits = snatLimits(stand.programs.incoming);
    const flows = async () => {
      const { entries } = await flowUse(stand.inbound, FAMILY, limits, process.hrtime.bigint(), systemClock);
      return [count(stand.flows()), entries[FAMILY === 'IPv4' ? 'nat_flows' : 'nat6_flows']];
    };
    for (const connection of callers(5)
      .map((one) => one.establish())
      .slice(2))
      connection.end();
    assert.deepEqual(await flows(), [10, 10]);
    stand.age(11);
    assert.deepEqual(await flows(), [10, 4]);
  });

  test('gives the ports of closed flows to new ones at once', () => {
    for (let i = 0; i < 100; i++) {
      new Connection(stand, { sport: 41_000 + i }).establish().end();
    }
    const { refused } = stand.refusedBy(() => new Connection(stand, { sport: 45_000 }).establish());
    assert.deepEqual(refused, {});
  });

  test('never gives away the port of a live flow', () => {
    const live = callers(6).map((connection) => connection.establish());
    for (let i = 0; i < 100; i++) stand.send(encode({ ...live[0]?.caller, sport: 46_000 + i } as Packet));
    for (const connection of live) assert.equal(connection.answer(ACK).dport, connection.caller.sport);
  });
});

describe('a flow table that is four fifths full', () => {
  const CAPACITY = 512;
  let stand: Stand;
  before(async () => {
    stand = await createStand({ capacity: CAPACITY, rodata: TIMES });
    stand.reset(lanes);
  });
  after(() => stand.close());

  test('takes every new flow, however those that stay and those that went were mixed', () => {
    let sport = 16_000;
    const staying: Connection[] = [];
    const { refused } = stand.refusedBy(() => {
      for (let i = 0; staying.length < 0.8 * CAPACITY; i++) {
        const connection = new Connection(stand, { sport: sport++ }).establish();
        if (i % 16 < 13) staying.push(connection);
        else connection.end();
      }
      for (let i = 0; i < 200; i++) new Connection(stand, { sport: sport++ }).establish().end();
    });
    assert.deepEqual(refused, {});
    for (const connection of staying) assert.equal(connection.answer(ACK).dport, connection.caller.sport);
  });
});

describe('a full flow table', () => {
  let stand: Stand;
  before(async () => {
    stand = await createStand({ capacity: 32, rodata: TIMES });
  });
  after(() => stand.close());
  beforeEach(() => stand.reset(lanes));

  const establish = (amount: number, from: number): Connection[] =>
    Array.from({ length: amount }, (_, i) => new Connection(stand, { sport: from + i }).establish());

  test('refuses the flow beyond its capacity, counted, and keeps the others', () => {
    const held = establish(32, 20_000);
    const beyond = new Connection(stand, { sport: 25_000 });
    beyond.answer(SYN | ACK);
    const frame = encode({ ...beyond.caller, flags: ACK, seq: 1001, ack: ISN + 1 });
    const { result, refused } = stand.refusedBy(() => stand.send(frame));
    assert.deepEqual([result.verdict, refused, count(stand.flows())], ['drop', { NatFull: 1 }, 64]);
    for (const connection of held) assert.equal(connection.answer(ACK).dport, connection.caller.sport);
  });

  test('a flow that is over makes room', () => {
    establish(32, 20_000);
    stand.age(42);
    const { refused } = stand.refusedBy(() => establish(32, 21_000));
    assert.deepEqual([refused, count(stand.flows())], [{}, 64]);
  });

  test('a closed flow makes room before its time', () => {
    for (const connection of establish(32, 20_000)) connection.end();
    const { refused } = stand.refusedBy(() => establish(32, 21_000));
    assert.deepEqual([refused, count(stand.flows())], [{}, 64]);
  });
});
