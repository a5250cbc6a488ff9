import { TYPE } from './types.ts';

/** What the OPT record of a query says (RFC 6891); nothing without one. */
export interface Edns {
  /** Largest answer over UDP that the client takes; absent without EDNS. */
  readonly udpSize?: number;
  readonly ednsVersion?: number;
  /** The DO bit: repeated in the answer (RFC 3225). */
  readonly dnssecOk?: boolean;
}

interface Record {
  readonly owner: number;
  readonly type: number;
  /** Offset of type, class, TTL and length. */
  readonly fixed: number;
  readonly end: number;
}

const NONE: Edns = {};

/**
 * @param start offset of the additional section
 * @returns undefined when a record is cut, when there are two OPT records, or one that does not belong to the root
 */
export function readEdns(message: Buffer, start: number, count: number): Edns | undefined {
  let edns = NONE;
  for (let at = start, left = count; left > 0; left -= 1) {
    const record = readRecord(message, at);
    if (!record) return undefined;
    at = record.end;
    if (record.type !== TYPE.OPT) continue;
    if (edns !== NONE || message[record.owner] !== 0 || !areOptions(message, record.fixed + 10, at)) return undefined;
    edns = {
      udpSize: message.readUInt16BE(record.fixed + 2),
      ednsVersion: message[record.fixed + 5] ?? 0,
      dnssecOk: ((message[record.fixed + 6] ?? 0) & 0x80) !== 0,
    };
  }
  return edns;
}

function readRecord(message: Buffer, owner: number): Record | undefined {
  const fixed = skipName(message, owner);
  if (fixed === undefined || fixed + 10 > message.length) return undefined;
  const end = fixed + 10 + message.readUInt16BE(fixed + 8);
  return end > message.length ? undefined : { owner, type: message.readUInt16BE(fixed), fixed, end };
}

/** Behind a name that may end in a pointer; the pointer is not followed. */
function skipName(message: Buffer, start: number): number | undefined {
  for (let at = start; at < message.length; ) {
    const length = message[at] ?? 0;
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2;
    if (length > 63) return undefined;
    at += 1 + length;
  }
  return undefined;
}

/** Pairs of code and length; what they mean is not ours. */
function areOptions(message: Buffer, start: number, end: number): boolean {
  let at = start;
  while (at + 4 <= end) at += 4 + message.readUInt16BE(at + 2);
  return at === end;
}
