import type { Clock } from '#kit/index.ts';
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

/** One question and what came of it. */
export interface Outcome {
  /** As a number, such as 1 for A. */
  readonly type: number;
  /** The low four bits, as they are in every message. */
  readonly rcode: number;
  /** How long the cluster's own DNS took; undefined when the answer is ours. */
  readonly forwardedMs?: number;
}

export interface Answering {
  readonly zone: () => Zone | undefined;
  readonly forwarder: Forwarder;
  readonly random: () => number;
  readonly counts: ResolverCounts;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly onAnswer: (outcome: Outcome) => void;
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
  if (query.ednsVersion) return own(query, { rcode: 'BADVERS' }, transport, answering);
  const answer = resolve(query, zone(), random);
  if (answer.kind === 'forward') return forward(message, query, transport, answering);
  counts.answered += 1;
  return own(query, wireAnswer(answer), transport, answering);
}

function own(query: WireQuery, answer: WireAnswer, transport: Transport, { onAnswer }: Answering): Buffer {
  const reply = writeAnswer(query, answer, transport);
  onAnswer({ type: query.type, rcode: rcodeOf(reply) });
  return reply;
}

function rcodeOf(reply: Buffer): number {
  return (reply[3] ?? 0) & 15;
}

async function forward(message: Buffer, query: WireQuery, transport: Transport, answering: Answering) {
  const { forwarder, counts, clock, onAnswer } = answering;
  counts.forwarded += 1;
  const start = clock.monotonic();
  const answer = await forwarder.ask(message, query, transport);
  if (!answer) counts.failed += 1;
  const reply = answer ?? writeAnswer(query, { rcode: 'SERVFAIL' }, transport);
  onAnswer({ type: query.type, rcode: rcodeOf(reply), forwardedMs: clock.monotonic() - start });
  return reply;
}

function wireAnswer(answer: Exclude<Answer, { kind: 'forward' }>): WireAnswer {
  if (answer.kind === 'unavailable') return { rcode: 'SERVFAIL' };
  if (answer.kind === 'refused') return { rcode: 'REFUSED' };
  return { ...answer, authoritative: true };
}
