/**
 * A ring buffer of the kernel, read in place: its memory is shared, so that looking costs no system call. Nobody is woken; who reads
 * looks again and again. One reader at a time: what it has read is gone.
 * Layout: Documentation/bpf/ringbuf.rst and kernel/bpf/ringbuf.c.
 */
import { SealaneError } from '#kit/index.ts';
import { kernelFault } from './faults.ts';
import { MapType } from './kernel-info.ts';
import type { BpfMap } from './map.ts';
import { mapShared } from './native.ts';

const PAGE = 4096;
const HEADER = 8;
/** In the length of a record: the program that writes it is not done; it gave it up. */
const BUSY = 0x8000_0000;
const DISCARDED = 0x4000_0000;

export class Ring {
  readonly #read: BigInt64Array;
  readonly #written: BigInt64Array;
  readonly #lengths: Int32Array;
  readonly #data: ArrayBuffer;
  readonly #bytes: bigint;

  /** @param map open for writing: how far was read is told to the kernel */
  constructor(map: BpfMap) {
    const { type, maxEntries } = map.info;
    if (type !== MapType.RingBuf) throw new SealaneError('kernel/not-mappable', `read map ${map.name}: no ring buffer`);
    this.#read = new BigInt64Array(shared(map, PAGE, true, 0), 0, 1);
    this.#written = new BigInt64Array(shared(map, PAGE, false, PAGE), 0, 1);
    // Twice, one after the other: a record that goes over the end is in one piece.
    this.#data = shared(map, 2 * maxEntries, false, 2 * PAGE);
    this.#lengths = new Int32Array(this.#data);
    this.#bytes = BigInt(maxEntries);
  }

  /** What is in it was meant for somebody else. */
  skip(): void {
    Atomics.store(this.#read, 0, Atomics.load(this.#written, 0));
  }

  /** The records that are complete, oldest first; each is good until the next is asked for. */
  *records(): Generator<DataView> {
    const end = Atomics.load(this.#written, 0);
    for (let at = Atomics.load(this.#read, 0); at < end; ) {
      const offset = Number(at % this.#bytes);
      const length = Atomics.load(this.#lengths, offset / 4) >>> 0;
      if (length >= BUSY) return;
      const bytes = length % DISCARDED;
      if (length < DISCARDED) yield new DataView(this.#data, offset + HEADER, bytes);
      at += BigInt(HEADER + Math.ceil(bytes / HEADER) * HEADER);
      Atomics.store(this.#read, 0, at);
    }
  }
}

function shared(map: BpfMap, length: number, writable: boolean, offset: number): ArrayBuffer {
  const mapped = mapShared(map.fd, length, writable, offset);
  if (typeof mapped === 'number') throw kernelFault('kernel/mmap', `map ${map.name} into memory`, mapped);
  return mapped;
}
