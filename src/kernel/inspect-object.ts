import { type BtfType, Kind, parseBtf, sizeOf } from './btf.ts';
import {
  closeObject,
  type MapFacts,
  mapFacts,
  mapsOf,
  objectBtf,
  openObject,
  type ProgramFacts,
  programFacts,
  programsOf,
} from './native.ts';
import { openFault } from './load-faults.ts';
import { taggedVariables } from './pinned-tables.ts';

export interface ObjectContents {
  readonly types: readonly BtfType[];
  readonly maps: readonly MapFacts[];
  readonly programs: readonly ProgramFacts[];
  /** Names of the tables that the kernel writes. */
  readonly state: ReadonlySet<string>;
  /** `const volatile` variables: bytes by name. */
  readonly constants: ReadonlyMap<string, number>;
}

/** What is in an object file; loads nothing and needs no privileges. @throws SealaneError kernel/object-broken */
export function inspectObject(path: string): ObjectContents {
  const object = openObject(path);
  if (typeof object === 'number') throw openFault(path, object, '');
  try {
    const types = parseBtf(objectBtf(object) ?? new Uint8Array(0));
    return {
      types,
      maps: mapsOf(object)
        .map(mapFacts)
        .filter((map) => !map.internal),
      programs: programsOf(object).map(programFacts),
      state: taggedVariables(types, 'state'),
      constants: constantsOf(types),
    };
  } finally {
    closeObject(object);
  }
}

function constantsOf(types: readonly BtfType[]): Map<string, number> {
  const section = types.find((type) => type.kind === Kind.Section && type.name === '.rodata');
  const variables = (section?.members ?? []).flatMap((member) => types[member.type] ?? []);
  return new Map(variables.map((variable) => [variable.name, sizeOf(types, variable.type)]));
}
