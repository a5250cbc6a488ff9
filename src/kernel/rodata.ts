import { SealaneError } from '#kit/index.ts';
import { type BtfType, Kind, sizeOf } from './btf.ts';

/** A number (big-endian where the C type is `__be16` or `__be32`), or the bytes of a structure or array. */
export type Constant = number | bigint | boolean | Uint8Array;

/**
 * Sets `const volatile` variables of an object that is not loaded yet.
 * @throws SealaneError kernel/rodata for a name or size the object does not have
 */
export function writeRodata(
  section: Uint8Array,
  types: readonly BtfType[],
  values: Readonly<Record<string, Constant>>,
): void {
  const places = variablesIn(types, '.rodata');
  for (const [name, value] of Object.entries(values)) {
    const place = places.get(name);
    if (!place) {
      throw new SealaneError('kernel/rodata', `set constant ${name}: the object has no such constant`, {
        hint: `it has ${[...places.keys()].join(', ') || 'none'}`,
      });
    }
    const bytes = section.subarray(place.offset, place.offset + place.size);
    bytes.set(bytesOf(name, value, place));
  }
}

export interface Place {
  readonly offset: number;
  readonly size: number;
  readonly bigEndian: boolean;
}

/** Where the variables of a section lie, by name. */
export function variablesIn(types: readonly BtfType[], section: string): Map<string, Place> {
  const places = new Map<string, Place>();
  const found = types.find((type) => type.kind === Kind.Section && type.name === section);
  for (const member of found?.members ?? []) {
    const variable = types[member.type];
    if (!variable) continue;
    const size = sizeOf(types, variable.type);
    places.set(variable.name, { offset: member.offset, size, bigEndian: isNetworkOrder(types, variable.type) });
  }
  return places;
}

/** Whether a type is one of the kernel's big-endian typedefs. */
export function isNetworkOrder(types: readonly BtfType[], id: number): boolean {
  for (let type = types[id]; type && type.id !== 0; type = types[type.type]) {
    if (type.kind === Kind.Typedef && /^__be(16|32|64)$/.test(type.name)) return true;
    if (type.kind === Kind.Int || type.kind === Kind.Struct || type.kind === Kind.Array) return false;
  }
  return false;
}

function bytesOf(name: string, value: Constant, place: Place): Uint8Array {
  if (value instanceof Uint8Array) {
    if (value.length === place.size) return value;
    throw new SealaneError('kernel/rodata', `set constant ${name}: ${value.length} bytes for ${place.size}`);
  }
  const word = Buffer.alloc(8);
  word.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), 0);
  const bytes = word.subarray(0, place.size);
  return place.bigEndian ? bytes.reverse() : bytes;
}
