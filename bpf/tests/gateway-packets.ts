/** Packets for tests of the gateway: written from a description, and read back with every checksum recomputed. Pure. */
import { formatIp, ip as ipAddress } from '#kit/index.ts';

export const ETHERNET_BYTES = 14;
const IP_BYTES = 20;

export const Flag = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16 } as const;

export interface Packet {
  readonly proto: 'tcp' | 'udp';
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
  /** TCP flags. */
  readonly flags?: number;
  readonly seq?: number;
  readonly ack?: number;
  /** TCP options, a multiple of four bytes. */
  readonly options?: readonly number[];
  readonly payload?: Uint8Array;
  readonly ttl?: number;
  readonly dontFragment?: boolean;
  readonly moreFragments?: boolean;
  /** In units of eight bytes. */
  readonly fragmentOffset?: number;
  readonly ipOptions?: readonly number[];
  /** `absent` is UDP's zero. */
  readonly sum?: 'right' | 'absent';
  readonly toMac?: string;
  readonly fromMac?: string;
}

/** The Ethernet address of every device in these tests; frames to another one are not for this host. */
export const HOST_MAC = '02:00:00:00:00:01';
export const PEER_MAC = '02:00:00:00:00:99';

export function encode(packet: Packet): Buffer {
  const l4 = packet.proto === 'tcp' ? tcpHeader(packet) : udpHeader(packet);
  const body = Buffer.concat([l4, packet.payload ?? new Uint8Array()]);
  if (packet.sum !== 'absent') body.writeUInt16BE(l4Sum(packet, body) || 0xffff, sumOffset(packet.proto));
  return Buffer.concat([ethernet(packet), ipHeader(packet, body.length), body]);
}

function ethernet({ toMac = HOST_MAC, fromMac = PEER_MAC }: Packet): Buffer {
  return Buffer.from(`${toMac}${fromMac}0800`.replaceAll(':', ''), 'hex');
}

function ipHeader(packet: Packet, bodyBytes: number): Buffer {
  const options = Buffer.from(packet.ipOptions ?? []);
  const header = Buffer.concat([Buffer.alloc(IP_BYTES), options]);
  const fragment = (packet.dontFragment === false ? 0 : 0x4000) | (packet.moreFragments ? 0x2000 : 0);
  header.writeUInt8(0x40 | (header.length / 4), 0);
  header.writeUInt16BE(header.length + bodyBytes, 2);
  header.writeUInt16BE(0x1234, 4);
  header.writeUInt16BE(fragment | (packet.fragmentOffset ?? 0), 6);
  header.writeUInt8(packet.ttl ?? 64, 8);
  header.writeUInt8(packet.proto === 'tcp' ? 6 : 17, 9);
  header.writeUInt32BE(address(packet.src), 12);
  header.writeUInt32BE(address(packet.dst), 16);
  header.writeUInt16BE(complement(sumOf(header)), 10);
  return header;
}

function tcpHeader(packet: Packet): Buffer {
  const header = Buffer.concat([Buffer.alloc(20), Buffer.from(packet.options ?? [])]);
  header.writeUInt16BE(packet.sport, 0);
  header.writeUInt16BE(packet.dport, 2);
  header.writeUInt32BE(packet.seq ?? 1000, 4);
  header.writeUInt32BE(packet.ack ?? 0, 8);
  header.writeUInt8((header.length / 4) << 4, 12);
  header.writeUInt8(packet.flags ?? Flag.SYN, 13);
  header.writeUInt16BE(64_240, 14);
  return header;
}

function udpHeader(packet: Packet): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(packet.sport, 0);
  header.writeUInt16BE(packet.dport, 2);
  header.writeUInt16BE(8 + (packet.payload?.length ?? 0), 4);
  return header;
}

function l4Sum({ src, dst, proto }: Pick<Packet, 'src' | 'dst' | 'proto'>, body: Buffer): number {
  const pseudo = Buffer.alloc(12);
  pseudo.writeUInt32BE(address(src), 0);
  pseudo.writeUInt32BE(address(dst), 4);
  pseudo.writeUInt8(proto === 'tcp' ? 6 : 17, 9);
  pseudo.writeUInt16BE(body.length, 10);
  return complement(sumOf(Buffer.concat([pseudo, body])));
}

const sumOffset = (proto: 'tcp' | 'udp'): number => (proto === 'tcp' ? 16 : 6);

/** RFC 1071, not yet complemented. */
export function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

const complement = (sum: number): number => ~sum & 0xffff;

function address(text: string): number {
  return Number(ipAddress(text) & 0xffff_ffffn);
}

function quad(bits: number): string {
  return formatIp((0xffffn << 32n) | BigInt(bits));
}

/** What came out, in the words it went in; checksums as verdicts. */
export interface Decoded {
  readonly proto: 'tcp' | 'udp' | 'icmp';
  readonly src: string;
  readonly dst: string;
  readonly sport: number;
  readonly dport: number;
  readonly ttl: number;
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly options: readonly number[];
  readonly payload: Buffer;
  readonly ipSum: 'right' | 'wrong';
  readonly l4Sum: 'right' | 'wrong' | 'absent';
  readonly toMac: string;
  readonly fromMac: string;
}

export function decode(frame: Buffer): Decoded {
  const ip = frame.subarray(ETHERNET_BYTES, ETHERNET_BYTES + frame.readUInt16BE(ETHERNET_BYTES + 2));
  const proto = protoOf(ip.readUInt8(9));
  const body = ip.subarray(IP_BYTES);
  const tcp = proto === 'tcp';
  const header = tcp ? (body.readUInt8(12) >>> 4) * 4 : 8;
  const src = quad(ip.readUInt32BE(12));
  const dst = quad(ip.readUInt32BE(16));
  return {
    proto,
    src,
    dst,
    sport: body.readUInt16BE(0),
    dport: body.readUInt16BE(2),
    ttl: ip.readUInt8(8),
    flags: tcp ? body.readUInt8(13) : 0,
    seq: tcp ? body.readUInt32BE(4) : 0,
    ack: tcp ? body.readUInt32BE(8) : 0,
    options: tcp ? [...body.subarray(20, header)] : [],
    payload: body.subarray(header),
    ipSum: sumOf(ip.subarray(0, IP_BYTES)) === 0xffff ? 'right' : 'wrong',
    l4Sum: verdict(proto, src, dst, body),
    toMac: mac(frame, 0),
    fromMac: mac(frame, 6),
  };
}

function protoOf(value: number): Decoded['proto'] {
  const known: Readonly<Record<number, Decoded['proto']>> = { 1: 'icmp', 6: 'tcp', 17: 'udp' };
  const proto = known[value];
  if (!proto) throw new RangeError(`protocol ${value}`);
  return proto;
}

function verdict(proto: Decoded['proto'], src: string, dst: string, body: Buffer): Decoded['l4Sum'] {
  if (proto === 'icmp') return sumOf(body) === 0xffff ? 'right' : 'wrong';
  if (proto === 'udp' && body.readUInt16BE(6) === 0) return 'absent';
  return l4Sum({ src, dst, proto }, body) === 0 ? 'right' : 'wrong';
}

function mac(frame: Buffer, at: number): string {
  return [...frame.subarray(at, at + 6)].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** An ICMP error taken apart: what it says, and the first bytes of the packet it quotes. */
export interface IcmpError {
  readonly type: number;
  readonly code: number;
  readonly mtu: number;
  readonly quoted: Buffer;
}

export function icmpErrorIn(frame: Buffer): IcmpError {
  const icmp = frame.subarray(ETHERNET_BYTES + IP_BYTES);
  return { type: icmp.readUInt8(0), code: icmp.readUInt8(1), mtu: icmp.readUInt16BE(6), quoted: icmp.subarray(8) };
}
