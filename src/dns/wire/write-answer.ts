import { MessageDraft } from './message-draft.ts';
import { readName, writeName } from './read-name.ts';
import type { WireQuery } from './read-query.ts';
import { recordHead, type WireRecord } from './records.ts';
import { TTL, TYPE } from './types.ts';

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

/** The zone is a suffix of the name asked, or is spelled out. */
export interface Authority {
  readonly zone: string;
  readonly serial: number;
}

export interface WireAnswer {
  readonly rcode: Rcode;
  /** Of the name that was asked. */
  readonly records?: readonly WireRecord[];
  /** Index of the record that comes first; the others follow in turn. */
  readonly first?: number;
  /** Addresses of a host that `records` name: sent when there is room, and looked up only then. */
  readonly glue?: (host: string) => readonly WireRecord[];
  /** Says who denies: the SOA in the authority section (RFC 2308). */
  readonly soa?: Authority;
  /** The SOA was asked for: it is the answer. */
  readonly soaAsked?: boolean;
  readonly authoritative?: boolean;
}

/** What we ever send over UDP in one piece: passes every usual link unfragmented (DNS flag day 2020). */
const OUR_UDP_SIZE = 1232;
const PLAIN_UDP_SIZE = 512;
const TCP_SIZE = 0xffff;
const HEADER = 12;
const OPT_SIZE = 11;

const FLAG = {
  response: 0x8000,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursionDesired: 0x0100,
  recursionAvailable: 0x0080,
};

/**
 * One message. What does not fit: glue is left out silently; of the answers as many as fit stay and the message is marked TC, so that
 * a client that cannot come back over TCP has some.
 */
export function writeAnswer(query: WireQuery, answer: WireAnswer, transport: 'udp' | 'tcp'): Buffer {
  const { records = [], glue, soa, soaAsked = false } = answer;
  const opt = query.udpSize === undefined ? undefined : optRecord(RCODES[answer.rcode], query.dnssecOk ?? false);
  const limit = transport === 'tcp' ? TCP_SIZE : udpLimit(query);
  const draft = new MessageDraft(query, limit - (opt?.length ?? 0));
  const answers = addInTurn(draft, records, answer.first ?? 0);
  const isCut = answers < records.length;
  const soas = soa && draft.add(soaRecord(query, soa)) ? 1 : 0;
  const additional = isCut || !glue ? 0 : addGlue(draft, records, glue);
  return draft.finish(
    [
      query.id,
      flagsOf(query, answer, isCut),
      1,
      answers + (soaAsked ? soas : 0),
      soaAsked ? 0 : soas,
      additional + (opt ? 1 : 0),
    ],
    opt,
  );
}

/** For something of which only the id, and flags to repeat, could be read. */
export function writeRefusal(id: number, rcode: Rcode, repeated = 0): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(FLAG.response | repeated | RCODES[rcode], 2);
  return header;
}

/** How large an answer this client takes over UDP. */
export function udpLimit({ udpSize = PLAIN_UDP_SIZE }: WireQuery): number {
  return Math.min(OUR_UDP_SIZE, Math.max(PLAIN_UDP_SIZE, udpSize));
}

/** @returns how many were added */
function addInTurn(draft: MessageDraft, records: readonly WireRecord[], first: number): number {
  for (let i = 0; i < records.length; i += 1) {
    const record = records[(first + i) % records.length];
    if (record && !draft.addRecord(record)) return i;
  }
  return records.length;
}

function addGlue(draft: MessageDraft, named: readonly WireRecord[], glue: NonNullable<WireAnswer['glue']>): number {
  const done = new Set<string>();
  let added = 0;
  for (const { target } of named) {
    if (!target || done.has(target.name)) continue;
    done.add(target.name);
    for (const record of glue(target.name)) {
      if (!draft.addRecordOf(target.name, record)) return added;
      added += 1;
    }
  }
  return added;
}

function flagsOf({ recursionDesired }: WireQuery, { authoritative, rcode }: WireAnswer, isCut: boolean): number {
  return (
    FLAG.response |
    FLAG.recursionAvailable |
    (authoritative ? FLAG.authoritative : 0) |
    (isCut ? FLAG.truncated : 0) |
    (recursionDesired ? FLAG.recursionDesired : 0) |
    (RCODES[rcode] & 15)
  );
}

function soaRecord({ question }: WireQuery, { zone, serial }: Authority): Buffer {
  const owner = zoneName(question, zone);
  const times = Buffer.alloc(20);
  for (const [i, value] of [serial >>> 0, 3600, 600, 86400, TTL].entries()) times.writeUInt32BE(value, 4 * i);
  const labels = (text: string) => Buffer.concat([writeName(text).subarray(0, -1), owner]);
  const data = Buffer.concat([labels('ns.dns'), labels('hostmaster'), times]);
  return Buffer.concat([owner, recordHead(TYPE.SOA, data.length), data]);
}

/** The zone as a pointer into the question, or spelled out when the name asked does not end in it. */
function zoneName(question: Buffer, zone: string): Buffer {
  for (let at = 0; (question[at] ?? 0) > 0; at += 1 + (question[at] ?? 0)) {
    if (readName(question, at)?.text === zone) return pointer(HEADER + at);
  }
  return writeName(zone);
}

function pointer(at: number): Buffer {
  return Buffer.from([0xc0 | (at >> 8), at & 255]);
}

/** EDNS (RFC 6891): our size, the upper bits of the rcode, and the client's DO bit. */
function optRecord(rcode: number, dnssecOk: boolean): Buffer {
  const bytes = Buffer.alloc(OPT_SIZE);
  bytes.writeUInt16BE(TYPE.OPT, 1);
  bytes.writeUInt16BE(OUR_UDP_SIZE, 3);
  bytes.writeUInt8(rcode >> 4, 5);
  bytes.writeUInt8(dnssecOk ? 0x80 : 0, 7);
  return bytes;
}
