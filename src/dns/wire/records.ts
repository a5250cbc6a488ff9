/** Records in wire form, made once and sent often: the owner is a pointer to the question, 2 bytes however long the name. */
import { familyOf, parseIp } from '#kit/index.ts';
import { writeName } from './read-name.ts';
import { CLASS, TTL, TYPE } from './types.ts';

export interface WireRecord {
  readonly bytes: Buffer;
  /** Host whose addresses belong into the additional section, and where its name stands in `bytes`. */
  readonly target?: { readonly name: string; readonly offset: number };
}

const QUESTION = Buffer.from([0xc0, 12]);
/** Of owner (a pointer), type, class, TTL and length. */
const FIXED = 12;
/** Of priority, weight and port. */
const SRV_FIXED = 6;

/** @returns undefined when the text is no address */
export function addressRecord(text: string): WireRecord | undefined {
  const address = parseIp(text);
  if (address === undefined) return undefined;
  const bytes = Buffer.from(address.toString(16).padStart(32, '0'), 'hex');
  const isFour = familyOf(address) === 'IPv4';
  return { bytes: record(isFour ? TYPE.A : TYPE.AAAA, isFour ? bytes.subarray(12) : bytes) };
}

/** Not compressed: RFC 2782 forbids it for the target. */
export function serviceRecord(target: string, port: number): WireRecord {
  const fixed = Buffer.alloc(SRV_FIXED);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt16BE(port, 4);
  const bytes = record(TYPE.SRV, Buffer.concat([fixed, writeName(target)]));
  return { bytes, target: { name: target, offset: FIXED + SRV_FIXED } };
}

export function pointerRecord(name: string): WireRecord {
  return { bytes: record(TYPE.PTR, writeName(name)) };
}

/** @param text at most 255 characters of ASCII */
export function textRecord(text: string): WireRecord {
  return { bytes: record(TYPE.TXT, Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'latin1')])) };
}

export function typeOf({ bytes }: WireRecord): number {
  return bytes.readUInt16BE(2);
}

function record(type: number, data: Buffer): Buffer {
  return Buffer.concat([QUESTION, recordHead(type, data.length), data]);
}

/** What stands between a record's owner and its data. */
export function recordHead(type: number, length: number): Buffer {
  return Buffer.from([type, CLASS.IN, 0, TTL, length].flatMap((value) => [value >> 8, value & 255]));
}
