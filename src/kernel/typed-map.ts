import { mapBatches } from './map-batches.ts';
import type { BpfMap } from './map.ts';

/** Bytes of one C type; written by tools/generate-kernel.ts from the objects' BTF. */
export interface Codec<T> {
  /** Bytes. */
  readonly size: number;
  encode(value: T, view: DataView, at?: number): void;
  decode(view: DataView, at?: number): T;
}

/** A hash or array with keys and values as objects. */
export class TypedMap<K, V> {
  readonly raw: BpfMap;
  readonly #key: Codec<K>;
  readonly #value: Codec<V>;

  constructor(raw: BpfMap, key: Codec<K>, value: Codec<V>) {
    this.raw = raw;
    this.#key = key;
    this.#value = value;
  }

  get(key: K): V | undefined {
    const value = this.raw.get(bytesOf(this.#key, key));
    return value && valueOf(this.#value, value);
  }

  put(key: K, value: V): void {
    this.raw.put(bytesOf(this.#key, key), bytesOf(this.#value, value));
  }

  putAll(entries: readonly (readonly [K, V])[]): void {
    this.raw.putAll(entries.map(([key, value]) => [bytesOf(this.#key, key), bytesOf(this.#value, value)]));
  }

  /** @returns whether there was such an entry */
  delete(key: K): boolean {
    return this.raw.delete(bytesOf(this.#key, key));
  }

  deleteAll(keys: readonly K[]): void {
    this.raw.deleteAll(keys.map((key) => bytesOf(this.#key, key)));
  }

  /** Those of a hash, with few calls. */
  *all(): Generator<[K, V]> {
    const [keyBytes, valueBytes] = [this.raw.info.keySize, this.raw.valueBytes];
    for (const batch of mapBatches(this.raw)) {
      const [keys, values] = [viewOf(batch.keys), viewOf(batch.values)];
      for (let i = 0; i < batch.count; i++)
        yield [this.#key.decode(keys, i * keyBytes), this.#value.decode(values, i * valueBytes)];
    }
  }

  *entries(): Generator<[K, V]> {
    for (const [key, value] of this.raw.entries()) yield [valueOf(this.#key, key), valueOf(this.#value, value)];
  }
}

export function bytesOf<T>(codec: Codec<T>, value: T): Uint8Array {
  const bytes = new Uint8Array(codec.size);
  codec.encode(value, new DataView(bytes.buffer));
  return bytes;
}

export function valueOf<T>(codec: Codec<T>, bytes: Uint8Array): T {
  return codec.decode(viewOf(bytes));
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

export const u32Codec: Codec<number> = {
  size: 4,
  encode: (value, view, at = 0) => view.setUint32(at, value, true),
  decode: (view, at = 0) => view.getUint32(at, true),
};

export const u64Codec: Codec<bigint> = {
  size: 8,
  encode: (value, view, at = 0) => view.setBigUint64(at, value, true),
  decode: (view, at = 0) => view.getBigUint64(at, true),
};
