/**
 * BTF, the kernel's type information, as far as the tables need it. Pure.
 * Format: Documentation/bpf/btf.rst of Linux. Little-endian only, as both supported machines are.
 */
import { SealaneError } from '#kit/index.ts';

export const Kind = {
  Int: 1,
  Pointer: 2,
  Array: 3,
  Struct: 4,
  Union: 5,
  Enum: 6,
  Forward: 7,
  Typedef: 8,
  Volatile: 9,
  Const: 10,
  Restrict: 11,
  Function: 12,
  FunctionProto: 13,
  Variable: 14,
  Section: 15,
  Float: 16,
  DeclTag: 17,
  TypeTag: 18,
  Enum64: 19,
} as const;

export interface BtfMember {
  readonly name: string;
  readonly type: number;
  /** Bytes from the start of the structure; of a variable, from the start of its section. */
  readonly offset: number;
  /** Bytes; 0 where the type says it. */
  readonly size: number;
}

export interface BtfType {
  readonly id: number;
  readonly kind: number;
  readonly name: string;
  /** Bytes, for kinds that have a size. */
  readonly size: number;
  /** The type referred to; of an array, of its elements. */
  readonly type: number;
  /** Elements of an array. */
  readonly count: number;
  readonly members: readonly BtfMember[];
  readonly values: readonly { readonly name: string; readonly value: number }[];
}

const MAGIC = 0xeb9f;
const VOID: BtfType = { id: 0, kind: 0, name: 'void', size: 0, type: 0, count: 0, members: [], values: [] };

/** @throws SealaneError kernel/btf-malformed */
export function parseBtf(bytes: Uint8Array): readonly BtfType[] {
  try {
    const types = new BtfReader(bytes).types();
    for (const { id } of types) checkEnds(types, id);
    return types;
  } catch (cause) {
    throw new SealaneError('kernel/btf-malformed', 'read BTF', { cause });
  }
}

/** The type behind typedefs, const and volatile. */
export function resolved(types: readonly BtfType[], id: number): BtfType {
  let type = types[id] ?? VOID;
  while (MODIFIERS.has(type.kind)) type = types[type.type] ?? VOID;
  return type;
}

const MODIFIERS: ReadonlySet<number> = new Set([Kind.Typedef, Kind.Volatile, Kind.Const, Kind.Restrict, Kind.TypeTag]);

/** Bytes a value of the type takes. */
export function sizeOf(types: readonly BtfType[], id: number): number {
  const type = resolved(types, id);
  if (type.kind === Kind.Array) return type.count * sizeOf(types, type.type);
  return type.kind === Kind.Pointer ? 8 : type.size;
}

/** Types that are made of themselves would be walked without end; through a pointer they may be. */
function checkEnds(types: readonly BtfType[], id: number): void {
  let at = id;
  for (let steps = 0; steps <= types.length; steps++) {
    const type = types[at];
    if (!type || !(MODIFIERS.has(type.kind) || type.kind === Kind.Array)) return;
    at = type.type;
  }
  throw new Error(`type ${id} is made of itself`);
}

class BtfReader {
  readonly #view: DataView;
  readonly #strings: Uint8Array;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.#view.getUint16(0, true) !== MAGIC) throw new Error('not BTF');
    const header = this.#view.getUint32(4, true);
    this.#at = header + this.#view.getUint32(8, true);
    this.#end = this.#at + this.#view.getUint32(12, true);
    const strings = header + this.#view.getUint32(16, true);
    this.#strings = bytes.subarray(strings, strings + this.#view.getUint32(20, true));
  }

  types(): BtfType[] {
    const types = [VOID];
    while (this.#at < this.#end) types.push(this.#type(types.length));
    return types;
  }

  #type(id: number): BtfType {
    const name = this.#name(this.#u32());
    const info = this.#u32();
    const sizeOrType = this.#u32();
    const kind = (info >>> 24) & 0x1f;
    const length = info & 0xffff;
    const bare = { id, kind, name, size: 0, type: 0, count: 0, members: [], values: [] };
    switch (kind) {
      case Kind.Int:
        this.#u32();
        return { ...bare, size: sizeOrType };
      case Kind.Array: {
        const type = this.#u32();
        this.#u32();
        return { ...bare, type, count: this.#u32() };
      }
      case Kind.Struct:
      case Kind.Union:
        return { ...bare, size: sizeOrType, members: this.#times(length, () => this.#member()) };
      case Kind.Enum:
        return { ...bare, size: sizeOrType, values: this.#times(length, () => this.#enumerator()) };
      case Kind.Enum64:
        this.#at += length * 12;
        return { ...bare, size: sizeOrType };
      case Kind.FunctionProto:
        this.#at += length * 8;
        return bare;
      case Kind.Section:
        return { ...bare, size: sizeOrType, members: this.#times(length, () => this.#placed()) };
      case Kind.Variable:
      case Kind.DeclTag:
        this.#u32();
        return { ...bare, type: sizeOrType };
      case Kind.Float:
        return { ...bare, size: sizeOrType };
      default:
        return { ...bare, type: sizeOrType };
    }
  }

  #member(): BtfMember {
    const name = this.#name(this.#u32());
    const type = this.#u32();
    return { name, type, offset: (this.#u32() & 0xffffff) / 8, size: 0 };
  }

  #placed(): BtfMember {
    return { name: '', type: this.#u32(), offset: this.#u32(), size: this.#u32() };
  }

  #enumerator(): { name: string; value: number } {
    return { name: this.#name(this.#u32()), value: this.#u32() | 0 };
  }

  #times<T>(count: number, read: () => T): T[] {
    return Array.from({ length: count }, read);
  }

  #u32(): number {
    const value = this.#view.getUint32(this.#at, true);
    this.#at += 4;
    return value;
  }

  #name(offset: number): string {
    const end = this.#strings.indexOf(0, offset);
    return Buffer.from(this.#strings.subarray(offset, end)).toString('latin1');
  }
}
