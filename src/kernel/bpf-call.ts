/** bpf(2) by command: builds the bpf_attr of each. Layouts: include/uapi/linux/bpf.h, `union bpf_attr`. */
import { addressOf, bpf } from './native.ts';

export const Command = {
  MapLookup: 1,
  MapUpdate: 2,
  MapDelete: 3,
  MapNextKey: 4,
  Pin: 6,
  Get: 7,
  TestRun: 10,
  ProgramById: 13,
  MapById: 14,
  Info: 15,
  ProgramQuery: 16,
  BtfById: 19,
  MapFreeze: 22,
  MapLookupBatch: 24,
  MapUpdateBatch: 26,
  MapDeleteBatch: 27,
  LinkCreate: 28,
  LinkUpdate: 29,
  LinkById: 30,
  EnableStats: 32,
  IterCreate: 33,
  LinkDetach: 34,
} as const;

/** One field of a bpf_attr: a number is 32 bits, a bigint 64, a buffer its address, null eight zero bytes. */
type Field = number | bigint | Uint8Array | null;

/**
 * Fields are laid one after another, 64-bit ones aligned to 8.
 * The buffers among them are reachable from `fields` until the call is over.
 */
export function call(command: number, ...fields: Field[]): number {
  return bpf(command, attributes(fields));
}

/** As `call`, for commands that answer inside the attributes: those come back too. */
export function callInto(command: number, ...fields: Field[]): { answer: number; attributes: Buffer } {
  const buffer = attributes(fields);
  const answer = bpf(command, buffer);
  return { answer, attributes: buffer };
}

function attributes(fields: readonly Field[]): Buffer {
  const buffer = Buffer.alloc(Math.max(16, fields.length * 8 + 8));
  let at = 0;
  for (const field of fields) {
    if (typeof field === 'number') {
      buffer.writeUInt32LE(field >>> 0, at);
      at += 4;
      continue;
    }
    at = (at + 7) & ~7;
    buffer.writeBigUInt64LE(word(field), at);
    at += 8;
  }
  return buffer.subarray(0, (at + 7) & ~7);
}

function word(field: bigint | Uint8Array | null): bigint {
  if (field === null) return 0n;
  return typeof field === 'bigint' ? field : addressOf(field);
}

/** A path for the kernel: its bytes and the closing zero. */
export function pathBytes(path: string): Uint8Array {
  return Buffer.from(`${path}\0`);
}
