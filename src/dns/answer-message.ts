import type { DnsSnapshot } from '#plan/index.ts';
import { type Answer, resolve } from './resolve.ts';
import type { Forwarder, Transport } from './forwarder.ts';
import { readQuery, type WireQuery } from './wire/read-query.ts';
import { type WireAnswer, writeAnswer, writeRefusal } from './wire/write-answer.ts';

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
  readonly snapshot: () => DnsSnapshot | undefined;
  readonly forwarder: Forwarder;
  readonly random: () => number;
  readonly counts: ResolverCounts;
}

/** From a message to its answer; undefined when none should be sent. Never rejects. */
export async function answerMessage(
  message: Buffer,
  transport: Transport,
  answering: Answering,
): Promise<Buffer | undefined> {
  const read = readQuery(message);
  if (read.kind !== 'query') answering.counts.garbage += 1;
  if (read.kind === 'ignore') return undefined;
  if (read.kind === 'refuse') return writeRefusal(read.id, read.rcode);
  const { query } = read;
  if (query.ednsVersion) return writeAnswer(query, { rcode: 'BADVERS' }, transport);
  const answer = resolve(query, answering.snapshot(), answering.random);
  if (answer.kind === 'forward') return forward(message, query, transport, answering);
  answering.counts.answered += 1;
  return writeAnswer(query, wireAnswer(answer, answering.snapshot()?.serial ?? 0), transport);
}

async function forward(message: Buffer, query: WireQuery, transport: Transport, { forwarder, counts }: Answering) {
  counts.forwarded += 1;
  const answer = await forwarder.ask(message, transport);
  if (answer) return answer;
  counts.failed += 1;
  return writeAnswer(query, { rcode: 'SERVFAIL' }, transport);
}

function wireAnswer(answer: Exclude<Answer, { kind: 'forward' }>, serial: number): WireAnswer {
  if (answer.kind === 'unavailable') return { rcode: 'SERVFAIL' };
  const { rcode, addresses, zone } = answer;
  const bytes = addresses.map((address) => [24, 16, 8, 0].map((shift) => (address >>> shift) & 255));
  return { rcode, authoritative: true, addresses: bytes, ...(bytes.length === 0 && { soa: { zone, serial } }) };
}
