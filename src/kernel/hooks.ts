/**
 * The hooks on the pods' cgroup, as one: load all, fill what was rebuilt, then attach.
 * Attaching adopts the links of an earlier process and swaps the programs in place, one hook after another; old and new
 * programs read the same tables meanwhile.
 */
import { join } from 'node:path';
import type { Range } from '#kit/index.ts';
import { addressBytes } from './address-codec.ts';
import { attachCgroup } from './attach-cgroup.ts';
import { objects } from './generated/objects.ts';
import type { Link } from './link.ts';
import { type LoadedObject, type LoadOptions, loadObject } from './load-object.ts';
import type { BpfMap } from './map.ts';
import type { Program } from './program.ts';

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

/** @throws SealaneError as `loadObject`; nothing is attached then */
export function loadHooks(options: HookOptions): Hooks {
  const loaded = new Map<string, LoadedObject>();
  const close = (): void => {
    for (const object of loaded.values()) object.close();
  };
  try {
    for (const name of HOOKS) loaded.set(name, loadHook(name, options));
  } catch (error) {
    close();
    throw error;
  }
  const connect = loaded.get('connect4') as LoadedObject;
  return {
    programs: [...loaded.values()].flatMap((object) => [...object.programs.values()]),
    map: (name) => connect.map(name),
    rebuilt: [...new Set([...loaded.values()].flatMap((object) => object.rebuilt))],
    attach: (cgroup) => attachAll([...loaded.values()], cgroup, options.pinDir),
    close,
  };
}

function loadHook(name: (typeof HOOKS)[number], options: HookOptions): LoadedObject {
  const { file, constants } = objects[name];
  const { vipRanges = [] } = options;
  const rodata =
    'vip_range_base' in constants
      ? {
          vip_range_base: addressBytes(vipRanges.map(({ base }) => base)),
          vip_range_mask: addressBytes(vipRanges.map(({ size }) => ALL_BITS - size + 1n)),
        }
      : undefined;
  return loadObject(join(options.objectDir, file), { ...options, rodata });
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
