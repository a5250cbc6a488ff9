/** The datagrams of probes, as bpf/include/echo.h reads them. */
import { ProbeKind } from '#kernel/index.ts';

export const NONCE_BYTES = 16;

const MAGIC = 0x534c4e50;
const HEADER_BYTES = 8;

/** @param nonce of `NONCE_BYTES` */
export function questionOf(nonce: Uint8Array): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + NONCE_BYTES);
  bytes.writeUInt32BE(MAGIC, 0);
  bytes.writeUInt32BE(ProbeKind.Question, 4);
  bytes.set(nonce, HEADER_BYTES);
  return bytes;
}

/** In hexadecimal digits; undefined when it is no answer. */
export function nonceOfAnswer(bytes: Buffer): string | undefined {
  if (bytes.length !== HEADER_BYTES + NONCE_BYTES) return undefined;
  if (bytes.readUInt32BE(0) !== MAGIC || bytes.readUInt32BE(4) !== ProbeKind.Answer) return undefined;
  return bytes.toString('hex', HEADER_BYTES);
}
