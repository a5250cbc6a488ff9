/**
 * The hooks on the pods' cgroup, as one: load all, fill what was rebuilt, then attach.
 * Attaching adopts the links of an earlier process and swaps the programs in place, one hook after another; old and new
 * programs read the same tables meanwhile.
 */
import { type Clock, inTurns, type Range } from '#kit/index.ts';
import { addressBytes } from './address-codec.ts';
import { attachCgroup } from './attach-cgroup.ts';
import type { Link } from './link.ts';
import { loadEach } from './load-each.ts';
import type { LoadedObject, LoadOptions } from './load-object.ts';
import type { BpfMap } from './map.ts';
import { clockResolution } from './native.ts';
import type { Program } from './program.ts';
import type { Constant } from './rodata.ts';

/** In the order they are attached: what reads comes before what gives, so that no socket is given to unprepared hooks. */
export const HOOKS = [
  'sock_release',
  'sockops',
  'getpeername4',
  'getpeername6',
  'recvmsg4',
  'recvmsg6',
  'sendmsg4',
  'sendmsg6',
  'connect4',
  'connect6',
] as const;

const ALL_BITS = (1n << 128n) - 1n;
const CLOCK_MONOTONIC_COARSE = 6;

export interface HookOptions extends Pick<LoadOptions, 'maxEntries' | 'onLog'> {
  /** Where the compiled objects are, `dist/bpf`. */
  readonly objectDir: string;
  readonly pinDir: string;
  /** Addresses of services, assigned or not, a range a family: what no table names is refused. */
  readonly vipRanges?: readonly Range[];
}

export interface Hooks {
  readonly programs: readonly Program[];
  /** @throws SealaneError kernel/unknown-map */
  map(name: string): BpfMap;
  /** Tables that are empty because their layout or size changed: write them before attaching. */
  readonly rebuilt: readonly string[];
  /** Attaches or adopts all; the links are pinned at `<pinDir>/links/<hook>`. */
  attach(cgroup: string): readonly Link[];
  close(): void;
}

/** @throws SealaneError as `loadObject`; nothing is attached or open then */
export function loadHooks(options: HookOptions): Hooks {
  return hooksOf([...loading(options)].toReversed(), options);
}

/** The same; the event loop turns between two objects. */
export async function loadHooksInTurns(options: HookOptions, clock: Clock): Promise<Hooks> {
  const loaded = await Array.fromAsync(inTurns(loading(options), clock));
  return hooksOf(loaded.toReversed(), options);
}

function hooksOf(all: readonly LoadedObject[], { pinDir }: HookOptions): Hooks {
  return {
    programs: all.flatMap((object) => [...object.programs.values()]),
    map: (name) => (all.find(({ maps }) => maps.has(name)) ?? (all.at(-1) as LoadedObject)).map(name),
    rebuilt: [...new Set(all.flatMap((object) => object.rebuilt))],
    attach: (cgroup) => attachAll(all, cgroup, pinDir),
    close() {
      for (const object of all) object.close();
    },
  };
}

/** The last first: connect has every table, so it is known at once which of them are made anew. */
function loading(options: HookOptions): Generator<LoadedObject> {
  return loadEach(HOOKS.toReversed(), options.objectDir, { ...options, rodata: constantsFor(options) });
}

function constantsFor({ vipRanges = [] }: HookOptions): Record<string, Constant> {
  return {
    vip_range_base: addressBytes(vipRanges.map(({ base }) => base)),
    vip_range_mask: addressBytes(vipRanges.map(({ size }) => ALL_BITS - size + 1n)),
    tick_us: clockResolution(CLOCK_MONOTONIC_COARSE) / 1000,
  };
}

/** All hooks or none: what was new is taken off again when a later one is refused. */
function attachAll(loaded: readonly LoadedObject[], cgroup: string, pinDir: string): Link[] {
  const links: Link[] = [];
  try {
    for (const program of loaded.flatMap((object) => [...object.programs.values()])) {
      links.push(attachCgroup(program, cgroup, { pin: `${pinDir}/links/${program.name}` }));
    }
    return links;
  } catch (error) {
    for (const link of links) {
      if (link.adopted) link.close();
      else link.detach();
    }
    throw error;
  }
}
