import { type BtfType, Kind, resolved, sizeOf } from '../../src/kernel/btf.ts';
import type { ObjectContents } from '../../src/kernel/inspect-object.ts';
import type { MapFacts } from '../../src/kernel/native.ts';
import { MapType } from '../../src/kernel/kernel-info.ts';
import { HEADER, pascal } from './names.ts';
import { structsOf } from './collect.ts';

/** A descriptor for each table, by the name it is pinned under. */
export function tablesFile(objects: ReadonlyMap<string, ObjectContents>): string {
  const tables = new Map<string, string>();
  for (const { types, maps, state } of objects.values()) {
    for (const map of maps) {
      if (map.type === MapType.RingBuf) continue; // no entries
      const text = tableText(map, types, state.has(map.name) ? 'kernel' : 'agent');
      const known = tables.get(map.name);
      if (known && known !== text) throw new Error(`map ${map.name} is declared in two ways`);
      if (map.name.length > 15) throw new Error(`map ${map.name}: the kernel keeps 15 characters of a name`);
      tables.set(map.name, text);
    }
  }
  const rows = [...tables.keys()].sort().map((name) => tables.get(name));
  const used = [...structsOf(objects).keys()].map(pascal).filter((name) => rows.join('').includes(`: ${name},`));
  const codecs = ['u32Codec', 'u64Codec'].filter((name) => rows.join('').includes(`: ${name},`));
  return [
    HEADER.trimEnd(),
    "import type { Table } from '../table.ts';",
    `import { ${codecs.join(', ')} } from '../typed-map.ts';`,
    `import { ${used.sort().join(', ')} } from './structs.ts';`,
    '',
    'function table<K, V>(described: Table<K, V>): Table<K, V> {',
    '  return described;',
    '}',
    '',
    "/** Every table of the kernel's half, by the name it is pinned under. */",
    'export const tables = {',
    ...rows,
    '};',
    '',
  ].join('\n');
}

function tableText(map: MapFacts, types: readonly BtfType[], writer: string): string {
  return [
    `  ${map.name}: table({`,
    `    name: '${map.name}',`,
    `    type: ${map.type},`,
    `    key: ${codec(types, map.keyType, map.keySize)},`,
    `    value: ${codec(types, map.valueType, map.valueSize)},`,
    `    maxEntries: ${map.maxEntries},`,
    `    flags: ${map.flags},`,
    `    writer: '${writer}',`,
    '  }),',
  ].join('\n');
}

/** libbpf takes the types of a SOCKMAP away: then the size says what it is. */
function codec(types: readonly BtfType[], id: number, size: number): string {
  const type = resolved(types, id);
  if (type.kind === Kind.Struct) return pascal(type.name);
  const bytes = id === 0 ? size : sizeOf(types, id);
  if (bytes === 4) return 'u32Codec';
  if (bytes === 8) return 'u64Codec';
  throw new Error(`no codec for type ${type.name} of ${bytes} bytes`);
}
