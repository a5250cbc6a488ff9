import type { Forwarder, Transport } from './forwarder.ts';
import { type Answer, resolve } from './resolve.ts';
import { readQuery, type WireQuery } from './wire/read-query.ts';
import { type WireAnswer, writeAnswer, writeRefusal } from './wire/write-answer.ts';
import type { Zone } from './zone.ts';

/** What happened to messages since the start. */
export interface ResolverCounts {
  answered: number;
  forwarded: number;
  /** Forwarded, and no upstream answered. */
  failed: number;
  /** Not a query, or not one that can be read. */
  garbage: number;
}

export interface Answering {
  readonly zone: () => Zone | undefined;
  readonly forwarder: Forwarder;
  readonly random: () => number;
  readonly counts: ResolverCounts;
}

/** The answer; undefined when none should be sent. At once for what is ours: a promise costs more than the answer. */
export type Reply = Buffer | undefined | Promise<Buffer | undefined>;

/** From a message to its answer. Never rejects. */
export function answerMessage(message: Buffer, transport: Transport, answering: Answering): Reply {
  const { counts, zone, random } = answering;
  const read = readQuery(message);
  if (read.kind !== 'query') counts.garbage += 1;
  if (read.kind === 'ignore') return undefined;
  if (read.kind === 'refuse') return writeRefusal(read.id, read.rcode, read.repeated);
  const { query } = read;
  if (query.ednsVersion) return writeAnswer(query, { rcode: 'BADVERS' }, transport);
  const answer = resolve(query, zone(), random);
  if (answer.kind === 'forward') return forward(message, query, transport, answering);
  counts.answered += 1;
  return writeAnswer(query, wireAnswer(answer), transport);
}

async function forward(message: Buffer, query: WireQuery, transport: Transport, { forwarder, counts }: Answering) {
  counts.forwarded += 1;
  const answer = await forwarder.ask(message, query, transport);
  if (answer) return answer;
  counts.failed += 1;
  return writeAnswer(query, { rcode: 'SERVFAIL' }, transport);
}

function wireAnswer(answer: Exclude<Answer, { kind: 'forward' }>): WireAnswer {
  if (answer.kind === 'unavailable') return { rcode: 'SERVFAIL' };
  if (answer.kind === 'refused') return { rcode: 'REFUSED' };
  return { ...answer, authoritative: true };
}
