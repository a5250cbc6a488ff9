/** A domain name as it stands in a message, uncompressed (RFC 1035 3.1). */
export interface WireName {
  /** Lower case, without the last dot; the root is ''. */
  readonly text: string;
  /** Offset behind the name. */
  readonly end: number;
}

const MAX_LABEL = 63;
const MAX_NAME = 255;

/** Bytes that would make one label read as two, or the text as something else. */
const UNSAFE = /[^\x21-\x2d\x2f-\x7e]/;

/** @returns undefined for a compressed, oversized, cut or unprintable name: none of those is a question anybody asks in good faith */
export function readName(message: Buffer, start: number): WireName | undefined {
  const labels: string[] = [];
  let at = start;
  for (;;) {
    const length = message[at];
    if (length === undefined || length > MAX_LABEL) return undefined;
    if (length === 0) return { text: labels.join('.').toLowerCase(), end: at + 1 };
    const end = at + 1 + length;
    if (end >= message.length || end + 1 - start > MAX_NAME) return undefined;
    const label = message.toString('latin1', at + 1, end);
    if (UNSAFE.test(label)) return undefined;
    labels.push(label);
    at = end;
  }
}

/** The wire form of a name that is known to be well formed. */
export function writeName(text: string): Buffer {
  const labels = text === '' ? [] : text.split('.');
  const parts = labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label, 'latin1')]);
  return Buffer.concat([...parts, Buffer.from([0])]);
}
