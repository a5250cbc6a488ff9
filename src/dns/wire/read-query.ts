/** Reading what clients send: everything may come, nothing is thrown. */
import { type Edns, readEdns } from './read-edns.ts';
import { readName } from './read-name.ts';

export interface WireQuery extends Edns {
  readonly id: number;
  readonly recursionDesired: boolean;
  /** Lower case, without the last dot. */
  readonly name: string;
  /** As a number, such as 1 for A. */
  readonly type: number;
  /** 1 is IN. */
  readonly class: number;
  /** The question as it was asked, letters' case included: it is repeated in the answer. */
  readonly question: Buffer;
}

export interface Refusal {
  readonly kind: 'refuse';
  readonly rcode: 'FORMERR' | 'NOTIMP';
  readonly id: number;
  /** Bits of the query's flags that the answer repeats. */
  readonly repeated: number;
}

export type ReadQuery =
  | { readonly kind: 'query'; readonly query: WireQuery }
  /** Something that asks, but not in a way that can be answered: a header is enough to say so. */
  | Refusal
  /** Not even that: no answer, or two servers would talk for ever. */
  | { readonly kind: 'ignore' };

const HEADER = 12;
const RESPONSE = 0x8000;
/** Opcode and RD. */
const REPEATED = 0x7900;
const MAX_ADDITIONAL = 4;

export function readQuery(message: Buffer): ReadQuery {
  if (message.length < HEADER) return { kind: 'ignore' };
  const id = message.readUInt16BE(0);
  const flags = message.readUInt16BE(2);
  if (flags & RESPONSE) return { kind: 'ignore' };
  const refuse = (rcode: Refusal['rcode']): Refusal => ({ kind: 'refuse', rcode, id, repeated: flags & REPEATED });
  if ((flags >> 11) & 15) return refuse('NOTIMP');
  const query = hasSaneCounts(message) ? readQuestion(message, id, flags) : undefined;
  return query ? { kind: 'query', query } : refuse('FORMERR');
}

/** One question (RFC 9619), and nothing that only answers carry. */
function hasSaneCounts(message: Buffer): boolean {
  return message.readUInt16BE(4) === 1 && message.readUInt32BE(6) === 0 && message.readUInt16BE(10) <= MAX_ADDITIONAL;
}

function readQuestion(message: Buffer, id: number, flags: number): WireQuery | undefined {
  const name = readName(message, HEADER);
  if (!name || name.end + 4 > message.length) return undefined;
  const end = name.end + 4;
  const edns = readEdns(message, end, message.readUInt16BE(10));
  if (!edns) return undefined;
  return {
    id,
    recursionDesired: (flags & 0x0100) !== 0,
    name: name.text,
    type: message.readUInt16BE(name.end),
    class: message.readUInt16BE(name.end + 2),
    question: message.subarray(HEADER, end),
    ...edns,
  };
}
