/** Runs a program over what the kernel has of a kind (BPF iterators, Linux 5.8) and reads what it says as a stream of bytes. */
import { closeSync, readSync } from 'node:fs';
import { Command, call } from './bpf-call.ts';
import { checked, kernelFault } from './faults.ts';
import type { BpfMap } from './map.ts';
import type { Program } from './program.ts';

const BPF_TRACE_ITER = 28;
/** The kernel gathers 32 KB at most before it answers. */
const CHUNK = 32 * 1024;

/**
 * @param map whose entries are walked; without one, what the program's section says, in the network namespace of this thread
 * @returns a descriptor to be read to its end and closed; nothing has run yet
 */
export function openIterator(program: Program, map?: BpfMap): number {
  const target = Buffer.alloc(4); // union bpf_iter_link_info
  if (map) target.writeUInt32LE(map.fd);
  const where = map ? ([target, target.length] as const) : ([null, 0] as const);
  const link = call(Command.LinkCreate, program.fd, 0, BPF_TRACE_ITER, 0, ...where);
  checked(link, 'kernel/iterate', `attach ${program.name}`);
  try {
    return checked(call(Command.IterCreate, link, 0), 'kernel/iterate', `start ${program.name}`);
  } finally {
    closeSync(link);
  }
}

/** What it says, piece by piece; each is good until the next one is asked for. Closes the descriptor. */
export function* readIterator(fd: number): Generator<Buffer> {
  const chunk = Buffer.allocUnsafe(CHUNK);
  try {
    for (let read = readSome(fd, chunk); read > 0; read = readSome(fd, chunk)) yield chunk.subarray(0, read);
  } finally {
    closeSync(fd);
  }
}

function readSome(fd: number, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(fd, chunk);
    } catch (error) {
      if (isAgain(error)) continue; // it has walked over a million without a word, and goes on
      throw kernelFault('kernel/iterate', 'read what an iterator says', errnoOf(error));
    }
  }
}

function isAgain(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EAGAIN';
}

function errnoOf(error: unknown): number {
  const { errno } = error as NodeJS.ErrnoException;
  if (errno === undefined) throw error;
  return errno;
}

/** Records of one size; a piece may end within one. */
export function* recordsOf(pieces: Iterable<Uint8Array>, size: number): Generator<DataView> {
  let rest = Buffer.alloc(0);
  for (const piece of pieces) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
    const whole = bytes.length - (bytes.length % size);
    for (let at = 0; at < whole; at += size) yield new DataView(bytes.buffer, bytes.byteOffset + at, size);
    rest = Buffer.from(bytes.subarray(whole));
  }
}
