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

/**
 * What differs, in words (`value field generation: offset 8, pinned 4`); undefined when nothing does.
 *
 * @param spare whether a field may stand where the other one has bytes to spare (`spare…`): a newer build's on what an older one
 *   pinned, and the other way round
 */
export function misfit(wanted: MapShape, pinned: MapShape, { spare = false } = {}): string | undefined {
  return (
    numberMisfit('type', wanted.type, pinned.type) ??
    numberMisfit('flags', wanted.flags, pinned.flags) ??
    typeMisfit('key', wanted, wanted.keyType, pinned, pinned.keyType, false) ??
    typeMisfit('value', wanted, wanted.valueType, pinned, pinned.valueType, spare) ??
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
  spare: boolean,
): string | undefined {
  if (wantedId === 0 || pinnedId === 0) return undefined;
  const a = resolved(wanted.types, wantedId);
  const b = resolved(pinned.types, pinnedId);
  if (a.kind !== Kind.Struct || b.kind !== Kind.Struct) return undefined;
  const [wants, has] = [fieldsOf(wanted.types, a), fieldsOf(pinned.types, b)];
  if (!spare) return fieldsMisfit(where, wants, has);
  return fieldsMisfit(where, inUse(wants, has), inUse(has, wants));
}

interface Field {
  readonly offset: number;
  readonly size: number;
}

type Fields = ReadonlyMap<string, Field>;

/** Without bytes to spare, and without what only this one has where the other has bytes to spare. */
function inUse(fields: Fields, others: Fields): Fields {
  const room = [...others].flatMap(([name, field]) => (isSpare(name) ? [field] : []));
  const taken = ([name, field]: [string, Field]) => !others.has(name) && room.some((one) => isWithin(field, one));
  return new Map([...fields].filter((entry) => !isSpare(entry[0]) && !taken(entry)));
}

function isSpare(name: string): boolean {
  return name.slice(name.lastIndexOf('.') + 1).startsWith('spare');
}

function isWithin({ offset, size }: Field, room: Field): boolean {
  return offset >= room.offset && offset + size <= room.offset + room.size;
}

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
  const fields = new Map<string, Field>();
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
