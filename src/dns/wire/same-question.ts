const HEADER = 12;

/** Whether a message answers a query: a response with that id (none: not compared) that repeats the question. */
export function isAnswerTo(query: Buffer, answer: Buffer, id = query.readUInt16BE(0)): boolean {
  if (answer.length < HEADER || (answer.readUInt16BE(2) & 0x8000) === 0 || answer.readUInt16BE(0) !== id) return false;
  const question = questionOf(query);
  return question !== '' && questionOf(answer) === question;
}

/** Upstream's own failure, which another upstream may not share. */
export function isServerFailure(answer: Buffer): boolean {
  const rcode = answer.readUInt16BE(2) & 15;
  return rcode === 2 || rcode === 5;
}

/** Name, type and class as text, letters' case aside (servers may fold it); empty when cut. */
function questionOf(message: Buffer): string {
  let at = HEADER;
  while ((message[at] ?? 0) > 0) at += 1 + (message[at] ?? 0);
  return at + 5 <= message.length ? message.toString('latin1', HEADER, at + 5).toLowerCase() : '';
}
