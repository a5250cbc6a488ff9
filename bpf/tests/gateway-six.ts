/** What only IPv6 has. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { decode, ETHERNET_BYTES, encode, type Packet } from './gateway-packets.ts';
import {
  CALLER,
  createStand,
  GATEWAY,
  LAN_SIDE,
  LOCAL_POD,
  POD_SIDE,
  REMOTE_POD,
  type Stand,
} from './gateway-stand.ts';

const syn: Packet = { proto: 'tcp', src: CALLER, sport: 20_000, dst: GATEWAY, dport: 10_001, flowLabel: 0xa_bcde };
const datagram: Packet = { ...syn, proto: 'udp', dport: 10_002, payload: Buffer.from('question') };
/** Eight bytes of padding. */
const options = (next: number) => [next, 0, 1, 4, 0, 0, 0, 0];
const TCP = 6;
const UDP = 17;

describe('a packet of IPv6', () => {
  let stand: Stand;
  before(async () => {
    stand = await createStand();
    stand.reset([
      { port: 10_001, mss: 1240, pods: [{ address: LOCAL_POD }] },
      { port: 10_002, proto: 'udp', pods: [{ address: LOCAL_POD, port: 53 }] },
      { port: 10_003, pods: [{ address: REMOTE_POD }] },
    ]);
  });
  after(() => stand.close());

  /** What became of it: verdict, what was counted, and what came out. */
  function run(packet: Packet, spoil?: (frame: Buffer) => void) {
    const frame = encode(packet);
    spoil?.(frame);
    const { result, refused } = stand.refusedBy(() => stand.send(frame));
    return { ...result, sent: frame, refused };
  }

  test('reaches a pod here or on another node, its flow label kept, one hop nearer to its end', () => {
    const here = run(syn);
    const { src, dst, dport, ttl, l4Sum } = decode(here.frame);
    assert.deepEqual([here.verdict, src, dst, dport, ttl, l4Sum], ['redirect', POD_SIDE, LOCAL_POD, 8080, 63, 'right']);
    assert.equal(here.frame.readUInt32BE(ETHERNET_BYTES) & 0xf_ffff, 0xa_bcde);
    const there = decode(run({ ...syn, dport: 10_003 }).frame);
    assert.deepEqual([there.src, there.dst, there.l4Sum], [LAN_SIDE, REMOTE_POD, 'right']);
  });

  const refused: [string, Packet, string][] = [
    ['without checksum over UDP', { ...datagram, sum: 'absent' }, 'NoSum'],
    ['with hop-by-hop options', { ...syn, extension: { next: 0, bytes: options(TCP) } }, 'IpOptions'],
    ['with a routing header', { ...syn, extension: { next: 43, bytes: options(TCP) } }, 'IpOptions'],
    [
      'with two extension headers',
      { ...datagram, extension: { next: 0, bytes: [...options(60), ...options(UDP)] } },
      'IpOptions',
    ],
  ];
  for (const [what, packet, reason] of refused) {
    test(`${what} is dropped, counted`, () => {
      const outcome = run(packet);
      assert.deepEqual([outcome.verdict, outcome.refused], ['drop', { [reason]: 1 }]);
    });
  }

  const passing: [string, Packet, ((frame: Buffer) => void)?][] = [
    ['a later fragment', { ...datagram, extension: { next: 44, bytes: [UDP, 0, 0, 9, 0, 0, 0, 7] } }],
    ['neighbour discovery', { ...datagram }, (frame) => frame.writeUInt8(58, ETHERNET_BYTES + 6)],
    ['with more extension headers than are walked', { ...syn, extension: { next: 60, bytes: seven() } }],
  ];
  for (const [what, packet, spoil] of passing) {
    test(`${what} is left to the host as it came`, () => {
      const { verdict, frame, sent, refused: counted } = run(packet, spoil);
      assert.deepEqual([verdict, counted], ['pass', {}]);
      assert.deepEqual(frame, sent);
    });
  }

  test('that says it is longer than it is, or ends within a header, is dropped, counted', () => {
    const long = run(syn, (frame) => frame.writeUInt16BE(400, ETHERNET_BYTES + 4));
    assert.deepEqual([long.verdict, long.refused], ['drop', { Truncated: 1 }]);
    const cut = encode({ ...syn, extension: { next: 0, bytes: options(TCP) } }).subarray(0, ETHERNET_BYTES + 44);
    assert.deepEqual(
      stand.refusedBy(() => stand.send(cut).verdict),
      { result: 'drop', refused: { Truncated: 1 } },
    );
  });
});

function seven(): number[] {
  return [60, 60, 60, 60, 60, 60, TCP].flatMap(options);
}
