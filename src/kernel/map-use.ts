/** How full a pinned map is and what it costs; for looking, while its writers go on. */
import { readFileSync } from 'node:fs';
import { MapType } from './kernel-info.ts';
import { type BpfMap, openPinnedMap } from './map.ts';
import { mapBatches } from './map-batches.ts';
import { mappedRecords } from './mapped.ts';

export interface MapUse {
  /** enum bpf_map_type */
  readonly type: number;
  /** Of a ring buffer, which has no entries, 0. */
  readonly maxEntries: number;
  /** Entries of a hash, elements of a shared array that are not all zero; undefined where nobody can count. */
  readonly used: number | undefined;
  /** What the kernel has put aside for it. */
  readonly bytes: number;
}

const HASHES: ReadonlySet<number> = new Set([MapType.Hash, MapType.PerCpuHash, MapType.LruHash, MapType.LruPerCpuHash]);
const EVICTING: ReadonlySet<number> = new Set([MapType.LruHash, MapType.LruPerCpuHash]);
const BPF_F_MMAPABLE = 1 << 10;

/**
 * @param arrays look through shared arrays too: that takes their memory into this process
 * @throws SealaneError kernel/pinned-map, kernel/map
 */
export function mapUse(path: string, { arrays = true } = {}): MapUse {
  // A descriptor for reading cannot be shared into memory.
  const map = openPinnedMap(path, 'write');
  try {
    const { type, maxEntries } = map.info;
    const isRing = type === MapType.RingBuf;
    return { type, maxEntries: isRing ? 0 : maxEntries, used: used(map, arrays), bytes: bytesOf(map) };
  } finally {
    map.close();
  }
}

/** Whether a full one throws old entries out. */
export function isEvicting(type: number): boolean {
  return EVICTING.has(type);
}

function used(map: BpfMap, arrays: boolean): number | undefined {
  if (HASHES.has(map.info.type)) return countKeys(map);
  const isShared = arrays && map.info.type === MapType.Array && (map.info.flags & BPF_F_MMAPABLE) !== 0;
  return isShared ? countFilled(map) : undefined;
}

function countKeys(map: BpfMap): number {
  let sum = 0;
  for (const { count } of mapBatches(map)) sum += count;
  return sum;
}

function countFilled(map: BpfMap): number {
  const { words, stride, length } = mappedRecords(map, 'read');
  const perElement = stride / 8;
  let count = 0;
  for (let element = 0; element < length; element++) {
    const from = element * perElement;
    for (let at = from; at < from + perElement; at++) {
      if (words[at] === 0n) continue;
      count++;
      break;
    }
  }
  return count;
}

function bytesOf({ fd }: BpfMap): number {
  return Number(/^memlock:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? 0);
}
