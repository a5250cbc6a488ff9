/** A domain name as it stands in a message, uncompressed (RFC 1035 3.1). */
export interface WireName {
  /** Lower case, without the last dot; the root is ''. */
  readonly text: string;
  /** Offset behind the name. */
  readonly end: number;
}

const MAX_LABEL = 63;
const MAX_NAME = 255;
const DOT = 0x2e;

/** Written over by every call: a name of ours costs one string and nothing else. */
const scratch = Buffer.alloc(MAX_NAME);

/** @returns undefined for a compressed, oversized, cut or unprintable name: none of those is a question anybody asks in good faith */
export function readName(message: Buffer, start: number): WireName | undefined {
  let at = start;
  let size = 0;
  for (;;) {
    const length = message[at];
    if (length === undefined || length > MAX_LABEL) return undefined;
    if (length === 0) return { text: scratch.toString('latin1', 0, size), end: at + 1 };
    const end = at + 1 + length;
    if (end >= message.length || end + 1 - start > MAX_NAME) return undefined;
    if (size > 0) scratch[size++] = DOT;
    for (at += 1; at < end; at += 1) {
      const letter = message[at] ?? 0;
      if (!isSafe(letter)) return undefined;
      scratch[size++] = letter >= 0x41 && letter <= 0x5a ? letter + 0x20 : letter;
    }
  }
}

/** Others would make one label read as two, or the text as something else. */
function isSafe(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f && byte !== DOT;
}

const NAME = /^(?:[\x21-\x2d\x2f-\x7e]{1,63}\.)*[\x21-\x2d\x2f-\x7e]{1,63}$/;

/** Whether `writeName` can write it. */
export function isName(text: string): boolean {
  return text.length <= MAX_NAME - 2 && NAME.test(text);
}

/** The wire form of a name that is known to be well formed. */
export function writeName(text: string): Buffer {
  const labels = text === '' ? [] : text.split('.');
  const parts = labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label, 'latin1')]);
  return Buffer.concat([...parts, Buffer.from([0])]);
}
