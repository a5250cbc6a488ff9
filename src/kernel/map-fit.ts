/** Whether a pinned map is still the map that a program was compiled for, and by which word it is not. Pure. */
import { type BtfType, Kind, resolved, sizeOf } from './btf.ts';

export interface MapShape {
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  readonly keyType: number;
  readonly valueType: number;
  readonly types: readonly BtfType[];
}

/** What differs, in words (`value field generation: offset 8, pinned 4`); undefined when nothing does. */
export function misfit(wanted: MapShape, pinned: MapShape): string | undefined {
  return (
    numberMisfit('type', wanted.type, pinned.type) ??
    numberMisfit('flags', wanted.flags, pinned.flags) ??
    typeMisfit('key', wanted, wanted.keyType, pinned, pinned.keyType) ??
    typeMisfit('value', wanted, wanted.valueType, pinned, pinned.valueType) ??
    numberMisfit('key size', wanted.keySize, pinned.keySize) ??
    numberMisfit('value size', wanted.valueSize, pinned.valueSize)
  );
}

/** Number of entries is no part of the layout. */
export function sizeMisfit(wanted: MapShape, pinned: MapShape): string | undefined {
  return numberMisfit('max_entries', wanted.maxEntries, pinned.maxEntries);
}

function numberMisfit(what: string, wanted: number, pinned: number): string | undefined {
  return wanted === pinned ? undefined : `${what} ${wanted}, pinned ${pinned}`;
}

function typeMisfit(
  where: string,
  wanted: MapShape,
  wantedId: number,
  pinned: MapShape,
  pinnedId: number,
): string | undefined {
  if (wantedId === 0 || pinnedId === 0) return undefined;
  const a = resolved(wanted.types, wantedId);
  const b = resolved(pinned.types, pinnedId);
  if (a.kind !== Kind.Struct || b.kind !== Kind.Struct) return undefined;
  return fieldsMisfit(where, fieldsOf(wanted.types, a), fieldsOf(pinned.types, b));
}

type Fields = ReadonlyMap<string, { offset: number; size: number }>;

function fieldsMisfit(where: string, wanted: Fields, pinned: Fields): string | undefined {
  for (const [name, field] of wanted) {
    const other = pinned.get(name);
    if (!other) return `${where} field ${name}: not in the pinned map`;
    if (other.offset !== field.offset) {
      return `${where} field ${name}: offset ${field.offset}, pinned ${other.offset}`;
    }
    if (other.size !== field.size) return `${where} field ${name}: ${field.size} bytes, pinned ${other.size}`;
  }
  for (const name of pinned.keys()) {
    if (!wanted.has(name)) return `${where} field ${name}: only in the pinned map`;
  }
  return undefined;
}

function fieldsOf(types: readonly BtfType[], struct: BtfType, prefix = '', base = 0): Fields {
  const fields = new Map<string, { offset: number; size: number }>();
  for (const member of struct.members) {
    const name = prefix + member.name;
    const offset = base + member.offset;
    fields.set(name, { offset, size: sizeOf(types, member.type) });
    for (const [inner, field] of innerFields(types, member.type, name, offset)) fields.set(inner, field);
  }
  return fields;
}

/** Of a structure, or of the elements of an array of structures (their offsets repeat). */
function innerFields(types: readonly BtfType[], id: number, name: string, offset: number): Fields {
  const type = resolved(types, id);
  const element = type.kind === Kind.Array ? resolved(types, type.type) : type;
  return element.kind === Kind.Struct ? fieldsOf(types, element, `${name}.`, offset) : new Map();
}
