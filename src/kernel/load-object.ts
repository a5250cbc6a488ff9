/**
 * Loads an object file of ours: checks the machine, adopts or rebuilds what is pinned, has it verified.
 *
 * Maps are shared by name: every object loaded with one pin directory uses the same maps, and they outlive the process.
 * A table marked `STATE` in C belongs to the kernel and lives on over an upgrade; the others are the agent's and can be
 * written again, so they are rebuilt when their layout changed.
 */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { SealaneError } from '#kit/index.ts';
import { makePinDir } from './bpf-filesystem.ts';
import { type BtfType, parseBtf } from './btf.ts';
import { loadFault, openFault } from './load-faults.ts';
import { BpfMap } from './map.ts';
import {
  closeObject,
  type Handle,
  initialValue,
  libbpfLog,
  loadOpenedObject,
  mapDescriptor,
  mapFacts,
  mapsOf,
  objectBtf,
  openObject,
  programDescriptor,
  programFacts,
  programsOf,
  setMaxEntries,
} from './native.ts';
import { PinnedTables } from './pinned-tables.ts';
import type { Program } from './program.ts';
import { requireKernel } from './requirements.ts';
import { type Constant, variablesIn, writeRodata } from './rodata.ts';

export interface LoadOptions {
  /** Directory in a BPF filesystem; maps go to `<pinDir>/maps/<name>`. Without it nothing is pinned or shared. */
  readonly pinDir?: string;
  /** Values of `const volatile` variables. Names the object does not have are an error. */
  readonly rodata?: Readonly<Record<string, Constant>>;
  /** The same, where the object has them: another version may have more or fewer. */
  readonly inherited?: Readonly<Record<string, Constant>>;
  /** Sizes other than those written in C, by map name; names the object does not have are ignored. */
  readonly maxEntries?: Readonly<Record<string, number>>;
  /** Pinned tables are used as they are, or the object is refused: `kernel/table-layout`. */
  readonly keepTables?: boolean;
  /** What libbpf and the verifier said, also when all went well. */
  readonly onLog?: (text: string) => void;
}

export interface LoadedObject {
  readonly name: string;
  readonly programs: ReadonlyMap<string, Program>;
  readonly maps: ReadonlyMap<string, BpfMap>;
  /** Tables that were pinned with another layout or size and are empty now: write them before attaching. */
  readonly rebuilt: readonly string[];
  /** @throws SealaneError kernel/unknown-program */
  program(name: string): Program;
  /** @throws SealaneError kernel/unknown-map */
  map(name: string): BpfMap;
  /** Closes our descriptors; what is pinned or attached lives on. */
  close(): void;
}

/**
 * @param path of a compiled object, `dist/bpf/connect4.bpf.o`
 * @throws SealaneError kernel/object-missing, object-broken, too-old, no-btf, no-privileges, verifier, rodata,
 *   state-layout (a table of the kernel's own no longer fits; the message names the field), table-layout, load
 */
export function loadObject(path: string, options: LoadOptions = {}): LoadedObject {
  requireKernel();
  const object = opened(path);
  try {
    return load(path, object, options);
  } catch (error) {
    closeObject(object);
    throw error;
  }
}

function load(path: string, object: Handle<'object'>, options: LoadOptions): LoadedObject {
  const name = basename(path).replace(/(\.bpf)?\.o$/, '');
  const types = typesOf(path, object);
  const maps = mapsOf(object);
  resize(maps, options.maxEntries ?? {});
  setConstants(maps, types, { ...known(types, options.inherited ?? {}), ...options.rodata });
  const pinned = options.pinDir ? adoptPins(options.pinDir, maps, types, options.keepTables) : undefined;
  const answer = loadOpenedObject(object);
  const log = libbpfLog.take();
  if (log) options.onLog?.(log);
  if (answer < 0) {
    pinned?.restore();
    throw loadFault(name, answer, log);
  }
  pinned?.dropReplaced();
  return loadedObject(name, object, pinned?.rebuilt ?? []);
}

function opened(path: string): Handle<'object'> {
  if (!existsSync(path)) {
    throw new SealaneError('kernel/object-missing', `load ${path}: no such file`, { hint: 'run tools/build-bpf.sh' });
  }
  const object = openObject(path);
  if (typeof object === 'number') throw openFault(path, object, libbpfLog.take());
  return object;
}

function typesOf(path: string, object: Handle<'object'>): readonly BtfType[] {
  const bytes = objectBtf(object);
  if (!bytes) {
    throw new SealaneError('kernel/object-broken', `load ${path}: no type information`, { hint: 'compile with -g' });
  }
  return parseBtf(bytes);
}

function resize(maps: readonly Handle<'map'>[], sizes: Readonly<Record<string, number>>): void {
  for (const map of maps) {
    const size = sizes[mapFacts(map).name];
    if (size !== undefined) setMaxEntries(map, size);
  }
}

function setConstants(
  maps: readonly Handle<'map'>[],
  types: readonly BtfType[],
  values: Readonly<Record<string, Constant>>,
): void {
  const section = maps.find((map) => mapFacts(map).internal && mapFacts(map).name.endsWith('.rodata'));
  writeRodata((section && initialValue(section)) ?? new Uint8Array(0), types, values);
}

function known(types: readonly BtfType[], values: Readonly<Record<string, Constant>>): Record<string, Constant> {
  const places = variablesIn(types, '.rodata');
  return Object.fromEntries(Object.entries(values).filter(([name]) => places.has(name)));
}

function adoptPins(
  pinDir: string,
  maps: readonly Handle<'map'>[],
  types: readonly BtfType[],
  keep = false,
): PinnedTables {
  const directory = `${pinDir}/maps`;
  makePinDir(directory);
  const pinned = new PinnedTables(directory, types, keep);
  try {
    for (const map of maps) if (!mapFacts(map).internal) pinned.adopt(map);
  } catch (error) {
    pinned.restore();
    throw error;
  }
  return pinned;
}

function loadedObject(name: string, object: Handle<'object'>, rebuilt: readonly string[]): LoadedObject {
  const programs = new Map(programsOf(object).map((handle) => [programFacts(handle).name, programOf(handle)]));
  const maps = new Map(
    mapsOf(object)
      .filter((handle) => !mapFacts(handle).internal)
      .map((handle) => [mapFacts(handle).name, new BpfMap(mapFacts(handle).name, mapDescriptor(handle))]),
  );
  return {
    name,
    programs,
    maps,
    rebuilt,
    program: (wanted) => programs.get(wanted) ?? unknown('program', wanted, name, programs),
    map: (wanted) => maps.get(wanted) ?? unknown('map', wanted, name, maps),
    close: () => closeObject(object),
  };
}

function programOf(handle: Handle<'program'>): Program {
  const { name, section, attachType } = programFacts(handle);
  return { name, section, attachType, fd: programDescriptor(handle) };
}

function unknown(kind: 'program' | 'map', wanted: string, object: string, known: ReadonlyMap<string, unknown>): never {
  throw new SealaneError(`kernel/unknown-${kind}`, `find ${kind} ${wanted} in ${object}`, {
    hint: `it has ${[...known.keys()].join(', ') || 'none'}`,
  });
}
