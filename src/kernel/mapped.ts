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
  return mappedRecords(map, access).words;
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
  requireMappable(map);
  const stride = align8(map.info.valueSize);
  const bytes = stride * map.info.maxEntries;
  const buffer = mapping(map, access, 0, bytes);
  return {
    view: new DataView(buffer, 0, bytes),
    words: new BigUint64Array(buffer, 0, bytes / 8),
    stride,
    length: map.info.maxEntries,
  };
}

/** Some neighbouring elements of an array; see {@link MappedRecords}. */
export interface MappedPiece extends Pick<MappedRecords, 'view' | 'words'> {
  /** Index of its first element. */
  readonly first: number;
}

/** So many elements begin and end at the border of a page, whatever their size. */
const PIECE = PAGE;

/**
 * The same array mapped piece by piece, as its elements are asked for: whatever is mapped counts whole in the memory of the
 * process, and tables are made for far more than most clusters have.
 */
export function mappedPieces(map: BpfMap, access: 'read' | 'write' = 'write'): (index: number) => MappedPiece {
  requireMappable(map);
  const { maxEntries, valueSize } = map.info;
  const pieces: MappedPiece[] = [];
  return (index) => {
    if (!Number.isInteger(index) || index < 0 || index >= maxEntries)
      throw new RangeError(`index ${index} of map ${map.name}, which has ${maxEntries} elements`);
    const at = Math.floor(index / PIECE);
    return (pieces[at] ??= pieceOf(map, access, at * PIECE, align8(valueSize)));
  };
}

function pieceOf(map: BpfMap, access: 'read' | 'write', first: number, stride: number): MappedPiece {
  const bytes = Math.min(PIECE, map.info.maxEntries - first) * stride;
  const buffer = mapping(map, access, first * stride, bytes);
  return { first, view: new DataView(buffer, 0, bytes), words: new BigUint64Array(buffer, 0, bytes / 8) };
}

function requireMappable({ name, info: { type, flags } }: BpfMap): void {
  if (type === MapType.Array && (flags & BPF_F_MMAPABLE) !== 0) return;
  throw new SealaneError('kernel/not-mappable', `map ${name} into memory: not a BPF_F_MMAPABLE array`);
}

/** @param offset the border of a page */
function mapping(map: BpfMap, access: 'read' | 'write', offset: number, bytes: number): ArrayBuffer {
  const mapped = mapShared(map.fd, Math.ceil(bytes / PAGE) * PAGE, access === 'write', offset);
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
