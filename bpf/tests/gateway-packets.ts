/** Packets for tests of the gateway: written from a description, and read back with every checksum recomputed. Pure. */
import { type Family, familyOf, formatIp, ip as ipAddress } from '#kit/index.ts';

export const ETHERNET_BYTES = 14;
export const IP_BYTES: Readonly<Record<Family, number>> = { IPv4: 20, IPv6: 40 };

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
  /** Of IPv6: bytes between its header and the next, and what the header says of them. */
  readonly extension?: { readonly next: number; readonly bytes: readonly number[] };
  readonly flowLabel?: number;
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
  return Buffer.concat([ethernet(packet), header(packet, body.length), body]);
}

/** What makes a packet the first of several fragments, in either family. */
export function fragmented(proto: 'tcp' | 'udp'): Partial<Packet> {
  const header = [PROTOCOL[proto], 0, 0, 1, 0, 0, 0, 7];
  return { dontFragment: false, moreFragments: true, extension: { next: 44, bytes: header } };
}

export function familyOfPacket({ src }: Pick<Packet, 'src'>): Family {
  return familyOf(ipAddress(src));
}

function ethernet(packet: Packet): Buffer {
  const { toMac = HOST_MAC, fromMac = PEER_MAC } = packet;
  const type = familyOfPacket(packet) === 'IPv4' ? '0800' : '86dd';
  return Buffer.from(`${toMac}${fromMac}${type}`.replaceAll(':', ''), 'hex');
}

function header(packet: Packet, bodyBytes: number): Buffer {
  return familyOfPacket(packet) === 'IPv4' ? ipHeader(packet, bodyBytes) : ip6Header(packet, bodyBytes);
}

function ip6Header(packet: Packet, bodyBytes: number): Buffer {
  const { extension = { next: PROTOCOL[packet.proto], bytes: [] } } = packet;
  const header = Buffer.alloc(IP_BYTES.IPv6);
  header.writeUInt32BE(0x6000_0000 | (packet.flowLabel ?? 0), 0);
  header.writeUInt16BE(extension.bytes.length + bodyBytes, 4);
  header.writeUInt8(extension.next, 6);
  header.writeUInt8(packet.ttl ?? 64, 7);
  address(packet.src).copy(header, 8);
  address(packet.dst).copy(header, 24);
  return Buffer.concat([header, Buffer.from(extension.bytes)]);
}

function ipHeader(packet: Packet, bodyBytes: number): Buffer {
  const options = Buffer.from(packet.ipOptions ?? []);
  const header = Buffer.concat([Buffer.alloc(IP_BYTES.IPv4), options]);
  const fragment = (packet.dontFragment === false ? 0 : 0x4000) | (packet.moreFragments ? 0x2000 : 0);
  header.writeUInt8(0x40 | (header.length / 4), 0);
  header.writeUInt16BE(header.length + bodyBytes, 2);
  header.writeUInt16BE(0x1234, 4);
  header.writeUInt16BE(fragment | (packet.fragmentOffset ?? 0), 6);
  header.writeUInt8(packet.ttl ?? 64, 8);
  header.writeUInt8(PROTOCOL[packet.proto], 9);
  address(packet.src).copy(header, 12);
  address(packet.dst).copy(header, 16);
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

/** Both families' pseudo headers sum to the same: addresses, protocol and length, in whatever order. */
function l4Sum({ src, dst, proto }: { src: string; dst: string; proto: keyof typeof PROTOCOL }, body: Buffer): number {
  const rest = Buffer.alloc(4);
  rest.writeUInt16BE(PROTOCOL[proto], 0);
  rest.writeUInt16BE(body.length, 2);
  return complement(sumOf(Buffer.concat([address(src), address(dst), rest, body])));
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

function address(text: string): Buffer {
  const value = ipAddress(text);
  const bytes = Buffer.from(value.toString(16).padStart(32, '0'), 'hex');
  return familyOf(value) === 'IPv4' ? bytes.subarray(12) : bytes;
}

function addressIn(bytes: Buffer): string {
  const value = BigInt(`0x${bytes.toString('hex')}`);
  return formatIp(bytes.length === 4 ? (0xffffn << 32n) | value : value);
}

const PROTOCOL = { tcp: 6, udp: 17, icmp: 58 } as const;

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
  const isFour = frame.readUInt8(ETHERNET_BYTES) >> 4 === 4;
  const { ip, body } = isFour ? parts4(frame) : parts6(frame);
  const proto = protoOf(ip.readUInt8(isFour ? 9 : 6));
  const tcp = proto === 'tcp';
  const header = tcp ? (body.readUInt8(12) >>> 4) * 4 : 8;
  const src = addressIn(isFour ? ip.subarray(12, 16) : ip.subarray(8, 24));
  const dst = addressIn(isFour ? ip.subarray(16, 20) : ip.subarray(24, 40));
  return {
    proto,
    src,
    dst,
    sport: body.readUInt16BE(0),
    dport: body.readUInt16BE(2),
    ttl: ip.readUInt8(isFour ? 8 : 7),
    flags: tcp ? body.readUInt8(13) : 0,
    seq: tcp ? body.readUInt32BE(4) : 0,
    ack: tcp ? body.readUInt32BE(8) : 0,
    options: tcp ? [...body.subarray(20, header)] : [],
    payload: body.subarray(header),
    ipSum: !isFour || sumOf(ip.subarray(0, IP_BYTES.IPv4)) === 0xffff ? 'right' : 'wrong',
    l4Sum: verdict(proto, src, dst, body),
    toMac: mac(frame, 0),
    fromMac: mac(frame, 6),
  };
}

function parts4(frame: Buffer) {
  const ip = frame.subarray(ETHERNET_BYTES, ETHERNET_BYTES + frame.readUInt16BE(ETHERNET_BYTES + 2));
  return { ip, body: ip.subarray(IP_BYTES.IPv4) };
}

function parts6(frame: Buffer) {
  const ip = frame.subarray(ETHERNET_BYTES);
  return { ip, body: ip.subarray(IP_BYTES.IPv6, IP_BYTES.IPv6 + ip.readUInt16BE(4)) };
}

function protoOf(value: number): Decoded['proto'] {
  const known: Readonly<Record<number, Decoded['proto']>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmp' };
  const proto = known[value];
  if (!proto) throw new RangeError(`protocol ${value}`);
  return proto;
}

function verdict(proto: Decoded['proto'], src: string, dst: string, body: Buffer): Decoded['l4Sum'] {
  if (proto === 'icmp' && !src.includes(':')) return sumOf(body) === 0xffff ? 'right' : 'wrong';
  if (proto === 'udp' && body.readUInt16BE(6) === 0) return 'absent';
  return l4Sum({ src, dst, proto }, body) === 0 ? 'right' : 'wrong';
}

function mac(frame: Buffer, at: number): string {
  return [...frame.subarray(at, at + 6)].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

type TypeAndCode = readonly [type: number, code: number];
/** RFC 792 and RFC 4443 number their messages apart. */
export const ICMP_TOO_BIG: Readonly<Record<Family, TypeAndCode>> = { IPv4: [3, 4], IPv6: [2, 0] };
export const ICMP_PORT: Readonly<Record<Family, TypeAndCode>> = { IPv4: [3, 3], IPv6: [1, 4] };

/** An ICMP error taken apart: what it says, and the first bytes of the packet it quotes. */
export interface IcmpError {
  readonly type: number;
  readonly code: number;
  readonly mtu: number;
  readonly quoted: Buffer;
}

export function icmpErrorIn(frame: Buffer): IcmpError {
  const family = frame.readUInt8(ETHERNET_BYTES) >> 4 === 4 ? 'IPv4' : 'IPv6';
  const icmp = frame.subarray(ETHERNET_BYTES + IP_BYTES[family]);
  return { type: icmp.readUInt8(0), code: icmp.readUInt8(1), mtu: icmp.readUInt16BE(6), quoted: icmp.subarray(8) };
}
