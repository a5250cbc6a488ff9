/**
 * Arrays that user space and kernel share in memory (BPF_F_MMAPABLE): a store costs nanoseconds and no system call.
 * A mapping lives as long as the process.
 */
import { SealaneError } from '#kit/index.ts';
import { kernelFault } from './faults.ts';
import { align8, MapType } from './kernel-info.ts';
import type { BpfMap } from './map.ts';
import { mapShared } from './native.ts';

const PAGE = 4096;
const BPF_F_MMAPABLE = 1 << 10;

/** An array of 64-bit words. Aligned stores of whole words are atomic for the kernel's readers: old or new, never a mix. */
export function mappedWords(map: BpfMap, access: 'read' | 'write' = 'write'): BigUint64Array {
  requireStride(map, 8);
  return new BigUint64Array(mapping(map, access), 0, map.info.maxEntries);
}

/** An array of any elements; element `i` starts at `i * stride`. */
export interface MappedRecords {
  readonly view: DataView;
  /** The same memory as 64-bit words, `stride / 8` each element: store whole words where the kernel may be reading. */
  readonly words: BigUint64Array;
  /** Bytes from one element to the next: the value's size, rounded up to eight. */
  readonly stride: number;
  readonly length: number;
}

export function mappedRecords(map: BpfMap, access: 'read' | 'write' = 'write'): MappedRecords {
  const buffer = mapping(map, access);
  const stride = align8(map.info.valueSize);
  const bytes = stride * map.info.maxEntries;
  return {
    view: new DataView(buffer, 0, bytes),
    words: new BigUint64Array(buffer, 0, bytes / 8),
    stride,
    length: map.info.maxEntries,
  };
}

function mapping(map: BpfMap, access: 'read' | 'write'): ArrayBuffer {
  const { type, flags, maxEntries, valueSize } = map.info;
  if (type !== MapType.Array || (flags & BPF_F_MMAPABLE) === 0) {
    throw new SealaneError('kernel/not-mappable', `map ${map.name} into memory: not a BPF_F_MMAPABLE array`);
  }
  const bytes = Math.ceil((maxEntries * align8(valueSize)) / PAGE) * PAGE;
  const mapped = mapShared(map.fd, bytes, access === 'write');
  if (typeof mapped === 'number') throw kernelFault('kernel/mmap', `map ${map.name} into memory`, mapped);
  return mapped;
}

function requireStride(map: BpfMap, stride: number): void {
  if (align8(map.info.valueSize) === stride) return;
  throw new SealaneError(
    'kernel/not-words',
    `use map ${map.name} as words: its values have ${map.info.valueSize} bytes`,
  );
}
