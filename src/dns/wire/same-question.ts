/** What is looked at, and touched, of answers that come from upstream. */
const HEADER = 12;
const RESPONSE = 0x8000;
const TRUNCATED = 0x0200;

/** Whether a message answers a query: a response with that id (none: not compared) that repeats the question. */
export function isAnswerTo(query: Buffer, answer: Buffer, id = query.readUInt16BE(0)): boolean {
  if (answer.length < HEADER || (answer.readUInt16BE(2) & RESPONSE) === 0 || answer.readUInt16BE(0) !== id)
    return false;
  const end = questionEnd(query);
  return end !== undefined && questionEnd(answer) === end && questionOf(answer, end) === questionOf(query, end);
}

/** The answer with the query's id, and the question in the case it was asked in: some clients check that (0x20). */
export function answerFor(query: Buffer, answer: Buffer): Buffer {
  const copy = Buffer.from(answer);
  query.copy(copy, 0, 0, 2);
  query.copy(copy, HEADER, HEADER, questionEnd(query) ?? HEADER);
  return copy;
}

/** Upstream's own failure, which another upstream may not share. */
export function isServerFailure(answer: Buffer): boolean {
  const rcode = answer.readUInt16BE(2) & 15;
  return rcode === 2 || rcode === 5;
}

export function isTruncated(answer: Buffer): boolean {
  return (answer.readUInt16BE(2) & TRUNCATED) !== 0;
}

/** Header and question only, marked TC: the client comes back over TCP. */
export function truncated(answer: Buffer): Buffer {
  const copy = Buffer.from(answer.subarray(0, questionEnd(answer) ?? HEADER));
  copy.writeUInt16BE(copy.readUInt16BE(2) | TRUNCATED, 2);
  copy.fill(0, 6, HEADER);
  return copy;
}

/** Behind name, type and class; undefined when cut. */
function questionEnd(message: Buffer): number | undefined {
  let at = HEADER;
  while ((message[at] ?? 0) > 0) at += 1 + (message[at] ?? 0);
  return at + 5 <= message.length ? at + 5 : undefined;
}

/** As text, letters' case aside: servers may fold it. */
function questionOf(message: Buffer, end: number): string {
  return message.toString('latin1', HEADER, end).toLowerCase();
}
