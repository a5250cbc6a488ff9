/**
 * The tables pinned below one directory, as one object is about to use them. A table of the agent's that no longer fits
 * is moved aside, with those that lead to it and on from it, until the object is loaded, so that a refused object leaves everything as it was.
 */
import { closeSync, existsSync, renameSync, rmSync } from 'node:fs';
import { SealaneError } from '#kit/index.ts';
import { type BtfType, Kind } from './btf.ts';
import { btfById } from './kernel-info.ts';
import { openPinnedMap } from './map.ts';
import { type MapShape, misfit, sizeMisfit } from './map-fit.ts';
import { type Handle, type MapFacts, mapFacts, setMaxEntries, setPinPath } from './native.ts';
import { checked } from './faults.ts';

const ASIDE = '~replaced';

/** Tables that lead to one another by index. Programs still attached must not meet some of them written by another build. */
const TOGETHER: readonly (readonly string[])[] = [
  ['vips', 'services', 'tiers', 'shares', 'groups', 'backends', 'affinities', 'limits'],
  ['lane_ports', 'lanes', 'lane_pods', 'lane_flags', 'lane_mss'],
];

export class PinnedTables {
  readonly rebuilt: string[] = [];
  readonly #directory: string;
  readonly #types: readonly BtfType[];
  readonly #state: ReadonlySet<string>;
  readonly #keep: boolean;
  readonly #read = new Map<number, readonly BtfType[]>();

  /** @param keep refuses what would need a table rebuilt or made: somebody else fills them */
  constructor(directory: string, types: readonly BtfType[], keep = false) {
    this.#directory = directory;
    this.#types = types;
    this.#state = taggedVariables(types, 'state');
    this.#keep = keep;
  }

  adopt(map: Handle<'map'>): void {
    const facts = mapFacts(map);
    const path = `${this.#directory}/${facts.name}`;
    if (existsSync(path)) this.#fit(map, facts, path);
    else if (this.#keep) throw layoutFault(facts.name, path, 'not there');
    checked(setPinPath(map, path), 'kernel/pin', `pin map ${facts.name} at ${path}`);
  }

  /** The object was refused: the old tables come back. */
  restore(): void {
    for (const name of this.rebuilt) {
      const path = `${this.#directory}/${name}`;
      rmSync(path, { force: true });
      renameSync(path + ASIDE, path);
    }
  }

  /** The object is loaded: programs still attached hold the old tables themselves. */
  dropReplaced(): void {
    for (const name of this.rebuilt) rmSync(`${this.#directory}/${name}${ASIDE}`, { force: true });
  }

  #fit(map: Handle<'map'>, facts: MapFacts, path: string): void {
    const wanted = { ...facts, types: this.#types };
    const pinned = this.#pinnedShape(path);
    const isState = this.#state.has(facts.name);
    const difference = misfit(wanted, pinned, { spare: isState });
    if (difference && isState) throw stateFault(facts.name, path, difference);
    if (difference && this.#keep) throw layoutFault(facts.name, path, difference);
    if (difference || (!isState && !this.#keep && sizeMisfit(wanted, pinned))) {
      this.#replace(facts.name);
    } else if (facts.maxEntries !== pinned.maxEntries) {
      setMaxEntries(map, pinned.maxEntries);
    }
  }

  #replace(name: string): void {
    for (const table of TOGETHER.find((tables) => tables.includes(name)) ?? [name]) {
      const path = `${this.#directory}/${table}`;
      if (!existsSync(path)) continue;
      renameSync(path, path + ASIDE);
      this.rebuilt.push(table);
    }
  }

  #pinnedShape(path: string): MapShape {
    const map = openPinnedMap(path);
    try {
      return { ...map.info, types: map.info.btfId === 0 ? [] : this.#btf(map.info.btfId) };
    } finally {
      closeSync(map.fd);
    }
  }

  /** The tables of one object share their types. */
  #btf(id: number): readonly BtfType[] {
    const types = this.#read.get(id) ?? btfById(id);
    this.#read.set(id, types);
    return types;
  }
}

function stateFault(name: string, path: string, difference: string): SealaneError {
  return new SealaneError('kernel/state-layout', `use pinned map ${name}: ${difference}`, {
    hint: `live connections are in it; to give them up, detach and remove ${path}`,
    fields: { map: name, difference },
  });
}

function layoutFault(name: string, path: string, difference: string): SealaneError {
  return new SealaneError('kernel/table-layout', `use pinned map ${name}: ${difference}`, {
    hint: `at ${path}; only an agent of the object’s own version rebuilds its tables`,
    fields: { map: name, difference },
  });
}

/** Names of variables with `__attribute__((btf_decl_tag(tag)))`. */
export function taggedVariables(types: readonly BtfType[], tag: string): ReadonlySet<string> {
  const tagged = types.filter((type) => type.kind === Kind.DeclTag && type.name === tag);
  return new Set(tagged.map((type) => types[type.type]?.name ?? ''));
}
