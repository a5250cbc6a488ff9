import { type BtfType, Kind, resolved } from '../../src/kernel/btf.ts';
import type { ObjectContents } from '../../src/kernel/inspect-object.ts';

export interface Found {
  readonly types: readonly BtfType[];
  readonly type: BtfType;
}

/** Structures that are keys or values of tables or tagged as a record, and those inside them, innermost first, each once by name. */
export function structsOf(objects: ReadonlyMap<string, ObjectContents>): Map<string, Found> {
  const found = new Map<string, Found>();
  const visit = (types: readonly BtfType[], id: number): void => {
    const type = resolved(types, id);
    if (type.kind === Kind.Array) visit(types, type.type);
    if (type.kind !== Kind.Struct) return;
    for (const member of type.members) visit(types, member.type);
    const known = found.get(type.name);
    if (known && known.type.size !== type.size) throw new Error(`struct ${type.name} has two layouts`);
    if (!known) found.set(type.name, { types, type });
  };
  for (const { types, maps } of objects.values()) {
    for (const map of maps) {
      visit(types, map.keyType);
      visit(types, map.valueType);
    }
    for (const type of types) if (type.kind === Kind.DeclTag && type.name === 'record') visit(types, type.type);
  }
  return found;
}

/** Every named enumeration that the C headers of ours declare, each once by name. */
export function enumsOf(objects: ReadonlyMap<string, ObjectContents>): Map<string, BtfType> {
  const found = new Map<string, BtfType>();
  for (const { types } of objects.values()) {
    for (const type of types) if (type.kind === Kind.Enum && type.name) found.set(type.name, type);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
