import type { WireQuery } from './read-query.ts';
import { writeName } from './read-name.ts';
import type { WireRecord } from './records.ts';

const HEADER = 12;
/** Behind this a pointer cannot reach. */
const POINTER_LIMIT = 0x4000;
/** Of an owner that is a pointer to the question. */
const OWNER = 2;

/** Written over by every message; what is sent is a copy of what was used. */
const scratch = Buffer.alloc(0xffff);

/** A message while it is written: the question is in it, what is added fits or is left out. */
export class MessageDraft {
  readonly #limit: number;
  /** Where names stand that a pointer may name. */
  readonly #names: Map<string, number> = new Map();
  #at = HEADER;

  /** @param limit bytes of the whole message */
  constructor({ question }: WireQuery, limit: number) {
    this.#limit = limit;
    this.#put(question);
  }

  /** @returns false, and nothing is written, when it does not fit */
  add(bytes: Buffer): boolean {
    if (this.#at + bytes.length > this.#limit) return false;
    this.#put(bytes);
    return true;
  }

  addRecord({ bytes, target }: WireRecord): boolean {
    const at = this.#at;
    if (!this.add(bytes)) return false;
    if (target && at + target.offset < POINTER_LIMIT) this.#names.set(target.name, at + target.offset);
    return true;
  }

  /** A record of a name other than the one that was asked. */
  addRecordOf(owner: string, { bytes }: WireRecord): boolean {
    return this.add(Buffer.concat([this.#ownerOf(owner), bytes.subarray(OWNER)]));
  }

  /** @returns the message, with what comes behind all sections' limit (OPT) at its end */
  finish(header: readonly number[], end: Buffer | undefined): Buffer {
    if (end) this.#put(end);
    let at = 0;
    for (const value of header) at = scratch.writeUInt16BE(value, at);
    return Buffer.from(scratch.subarray(0, this.#at));
  }

  #put(bytes: Buffer) {
    scratch.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #ownerOf(name: string): Buffer {
    const at = this.#names.get(name);
    return at === undefined ? writeName(name) : Buffer.from([0xc0 | (at >> 8), at & 255]);
  }
}
