import { readName, writeName } from './read-name.ts';
import type { WireQuery } from './read-query.ts';

export type Rcode = 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NXDOMAIN' | 'NOTIMP' | 'REFUSED' | 'BADVERS';

const RCODES: Record<Rcode, number> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
};

export interface WireAnswer {
  readonly rcode: Rcode;
  /** IPv4 addresses for the name that was asked. */
  readonly addresses?: readonly (readonly number[])[];
  /** Says who denies: the SOA in the authority section (RFC 2308). The zone is a suffix of the name asked. */
  readonly soa?: { readonly zone: string; readonly serial: number };
  readonly authoritative?: boolean;
}

/** Seconds; how long a client may keep what it heard, refusals included. */
export const TTL = 5;
/** What we ever send over UDP in one piece: passes every usual link unfragmented (DNS flag day 2020). */
const OUR_UDP_SIZE = 1232;
const PLAIN_UDP_SIZE = 512;

const FLAG = {
  response: 0x8000,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursionDesired: 0x0100,
  recursionAvailable: 0x0080,
};
const TYPE = { A: 1, SOA: 6, OPT: 41 };

/** One message; cut and marked TC when it is larger than the client takes over UDP. */
export function writeAnswer(query: WireQuery, answer: WireAnswer, transport: 'udp' | 'tcp'): Buffer {
  const whole = message(query, answer, false);
  if (transport === 'tcp' || whole.length <= udpLimit(query)) return whole;
  return message(query, { ...answer, addresses: [] }, true);
}

/** For something of which only the id could be read. */
export function writeRefusal(id: number, rcode: Rcode): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(FLAG.response | RCODES[rcode], 2);
  return header;
}

function udpLimit({ udpSize = PLAIN_UDP_SIZE }: WireQuery): number {
  return Math.min(OUR_UDP_SIZE, Math.max(PLAIN_UDP_SIZE, udpSize));
}

function message(query: WireQuery, answer: WireAnswer, truncated: boolean): Buffer {
  const { addresses = [], soa } = answer;
  const answers = addresses.map(addressRecord);
  const authority = soa ? [soaRecord(query, soa)] : [];
  const additional = query.udpSize === undefined ? [] : [optRecord(RCODES[answer.rcode])];
  const head = header(query, answer, truncated, [answers.length, authority.length, additional.length]);
  return Buffer.concat([head, query.question, ...answers, ...authority, ...additional]);
}

function header(query: WireQuery, answer: WireAnswer, truncated: boolean, counts: readonly number[]): Buffer {
  const flags =
    FLAG.response |
    FLAG.recursionAvailable |
    (answer.authoritative ? FLAG.authoritative : 0) |
    (truncated ? FLAG.truncated : 0) |
    (query.recursionDesired ? FLAG.recursionDesired : 0) |
    (RCODES[answer.rcode] & 15);
  const head = Buffer.alloc(12);
  for (const [i, value] of [query.id, flags, 1, ...counts].entries()) head.writeUInt16BE(value, 2 * i);
  return head;
}

/** The name is a pointer to the question: 16 bytes a record however long the name. */
function addressRecord(address: readonly number[]): Buffer {
  return record(pointer(0), TYPE.A, Buffer.from(address));
}

function soaRecord(query: WireQuery, { zone, serial }: { zone: string; serial: number }): Buffer {
  const owner = zoneName(query, zone);
  const times = Buffer.alloc(20);
  for (const [i, value] of [serial >>> 0, 3600, 600, 86400, TTL].entries()) times.writeUInt32BE(value, 4 * i);
  const labels = (text: string) => Buffer.concat([writeName(text).subarray(0, -1), owner]);
  return record(owner, TYPE.SOA, Buffer.concat([labels('ns.dns'), labels('hostmaster'), times]));
}

/** The zone as a pointer into the question, or spelled out when the name asked does not end in it. */
function zoneName({ question }: WireQuery, zone: string): Buffer {
  for (let at = 0; (question[at] ?? 0) > 0; at += 1 + (question[at] ?? 0)) {
    if (readName(question, at)?.text === zone) return pointer(at);
  }
  return writeName(zone);
}

/** @param at offset in the question section, which follows the header */
function pointer(at: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(0xc000 | (12 + at));
  return bytes;
}

function record(owner: Buffer, type: number, data: Buffer): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(TTL, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([owner, fixed, data]);
}

/** EDNS (RFC 6891): our size, and the upper bits of the rcode. */
function optRecord(rcode: number): Buffer {
  const bytes = Buffer.alloc(11);
  bytes.writeUInt16BE(TYPE.OPT, 1);
  bytes.writeUInt16BE(OUR_UDP_SIZE, 3);
  bytes.writeUInt8(rcode >> 4, 5);
  return bytes;
}
