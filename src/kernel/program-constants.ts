/** The `const volatile` variables that a running program was loaded with: they lie in a frozen map of its own. */
import { closeSync } from 'node:fs';
import { Command, call } from './bpf-call.ts';
import { Kind } from './btf.ts';
import { checked } from './faults.ts';
import { btfById, mapInfo } from './kernel-info.ts';
import { BpfMap, u32Key } from './map.ts';
import { programMaps } from './program.ts';
import { variablesIn } from './rodata.ts';

/** Bytes by name. @param fd of the program */
export function constantsOf(fd: number): Readonly<Record<string, Uint8Array>> {
  for (const id of programMaps(fd)) {
    const map = checked(call(Command.MapById, id), 'kernel/map', `open map ${id}`);
    try {
      if (mapInfo(map).name.endsWith('.rodata')) return valuesIn(new BpfMap('.rodata', map));
    } finally {
      closeSync(map);
    }
  }
  return {};
}

function valuesIn(map: BpfMap): Record<string, Uint8Array> {
  const bytes = map.get(u32Key(0)) ?? Buffer.alloc(0);
  const types = btfById(map.info.btfId);
  if (types[map.info.valueType]?.kind !== Kind.Section) return {};
  const places = [...variablesIn(types, '.rodata')];
  return Object.fromEntries(places.map(([name, { offset, size }]) => [name, bytes.subarray(offset, offset + size)]));
}
