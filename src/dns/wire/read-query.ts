/** Reading what clients send: everything may come, nothing is thrown. */
import { decode } from 'dns-packet';
import { readName } from './read-name.ts';

export interface WireQuery {
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
  /** Largest answer over UDP that the client takes; absent without EDNS. */
  readonly udpSize?: number;
  readonly ednsVersion?: number;
}

export type ReadQuery =
  | { readonly kind: 'query'; readonly query: WireQuery }
  /** Something that asks, but not in a way that can be answered. `header` is enough to say so. */
  | { readonly kind: 'refuse'; readonly rcode: 'FORMERR' | 'NOTIMP'; readonly id: number }
  /** Not even that: no answer, or two servers would talk for ever. */
  | { readonly kind: 'ignore' };

const HEADER = 12;
const RESPONSE = 0x8000;
const MAX_ADDITIONAL = 4;

export function readQuery(message: Buffer): ReadQuery {
  if (message.length < HEADER) return { kind: 'ignore' };
  const id = message.readUInt16BE(0);
  const flags = message.readUInt16BE(2);
  if (flags & RESPONSE) return { kind: 'ignore' };
  if ((flags >> 11) & 15) return { kind: 'refuse', rcode: 'NOTIMP', id };
  const query = hasSaneCounts(message) ? readQuestion(message, id, flags) : undefined;
  return query ? { kind: 'query', query } : { kind: 'refuse', rcode: 'FORMERR', id };
}

function hasSaneCounts(message: Buffer): boolean {
  const [questions, answers, authorities, additional] = [4, 6, 8, 10].map((at) => message.readUInt16BE(at));
  return questions === 1 && answers === 0 && authorities === 0 && (additional ?? 0) <= MAX_ADDITIONAL;
}

function readQuestion(message: Buffer, id: number, flags: number): WireQuery | undefined {
  const name = readName(message, HEADER);
  if (!name || name.end + 4 > message.length) return undefined;
  const edns = readEdns(message);
  if (!edns) return undefined;
  return {
    id,
    recursionDesired: (flags & 0x0100) !== 0,
    name: name.text,
    type: message.readUInt16BE(name.end),
    class: message.readUInt16BE(name.end + 2),
    question: message.subarray(HEADER, name.end + 4),
    ...edns,
  };
}

/** Empty without EDNS; undefined when the message does not parse. */
function readEdns(message: Buffer): { udpSize?: number; ednsVersion?: number } | undefined {
  if (message.readUInt16BE(10) === 0) return {};
  const additionals = decoded(message)?.additionals;
  if (!additionals) return undefined;
  const options = additionals.filter((record) => record.type === 'OPT');
  if (options.length > 1) return undefined;
  const [option] = options;
  return option ? { udpSize: option.udpPayloadSize, ednsVersion: option.ednsVersion } : {};
}

/** The library tells a bad message by throwing whatever comes; for us it is one thing: not a message. */
function decoded(message: Buffer) {
  try {
    return decode(message);
  } catch {
    return undefined;
  }
}
