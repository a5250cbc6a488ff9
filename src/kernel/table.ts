import { align8 } from './kernel-info.ts';
import { type BpfMap, openPinnedMap } from './map.ts';
import { mappedPieces } from './mapped.ts';
import { type Codec, TypedMap } from './typed-map.ts';

/** A table as its C declaration describes it; written by tools/generate-kernel.ts. */
export interface Table<K, V> {
  readonly name: string;
  /** enum bpf_map_type */
  readonly type: number;
  readonly key: Codec<K>;
  readonly value: Codec<V>;
  /** The default; the loader may set another. */
  readonly maxEntries: number;
  readonly flags: number;
  /** Each table has one writer. */
  readonly writer: 'agent' | 'kernel';
}

/** The table among the maps of a loaded object. */
export function tableOf<K, V>(maps: { map(name: string): BpfMap }, table: Table<K, V>): TypedMap<K, V> {
  return new TypedMap(maps.map(table.name), table.key, table.value);
}

/** A table pinned by an agent that runs or ran. @param pinDir the agent's */
export function openTable<K, V>(pinDir: string, table: Table<K, V>, access: 'read' | 'write' = 'read'): TypedMap<K, V> {
  return new TypedMap(openPinnedMap(`${pinDir}/maps/${table.name}`, access), table.key, table.value);
}

/** The elements of an array in shared memory, by index. */
export interface MappedTable<V> {
  readonly length: number;
  get(index: number): V;
  /** Stores whole 64-bit words, one after another; only a value of one word changes at once. */
  set(index: number, value: V): void;
}

/** @param map of the table, BPF_F_MMAPABLE */
export function mappedTable<K, V>(map: BpfMap, table: Table<K, V>, access: 'read' | 'write' = 'write'): MappedTable<V> {
  const pieceOf = mappedPieces(map, access);
  const stride = align8(map.info.valueSize);
  const words = stride / 8;
  const next = new BigUint64Array(words);
  const bytes = new DataView(next.buffer);
  return {
    length: map.info.maxEntries,
    get(index) {
      const { first, view } = pieceOf(index);
      return table.value.decode(view, (index - first) * stride);
    },
    set(index, value) {
      const { first, words: stored } = pieceOf(index);
      table.value.encode(value, bytes);
      for (let i = 0; i < words; i++) stored[(index - first) * words + i] = next[i] ?? 0n;
    },
  };
}
