import { cidr } from '#kit/index.ts';
import { type HookOptions, type Hooks, loadHooks } from '../hooks.ts';
import type { Link } from '../link.ts';
import { followRefusals } from './follow-refusals.ts';
import { Arena, OBJECTS, type Pod } from './test-arena.ts';
import { World } from './world.ts';

/** Hooks attached to a scratch cgroup, a caller inside it and servers beside it. */
export interface Stage extends AsyncDisposable {
  readonly arena: Arena;
  readonly hooks: Hooks;
  readonly links: readonly Link[];
  readonly world: World;
  readonly caller: Pod;
  readonly servers: Pod;
  /** Sum over all CPUs. */
  refused(reason: number): number;
}

export const SMALL = {
  vips: 1024,
  services: 1024,
  tiers: 1024,
  shares: 4096,
  groups: 1024,
  backends: 8192,
  successes: 8192,
} as const;
export const VIP_RANGES = [cidr('240.10.0.0/16'), cidr('fd00:240::/112')];

/** @param sizes of tables, other than `SMALL` */
export async function stage(sizes: HookOptions['maxEntries'] = {}): Promise<Stage> {
  const arena = new Arena();
  const hooks = loadTestHooks(arena, sizes);
  const counters = hooks.map('refusals');
  const noteRefusals = followRefusals(counters);
  const links = hooks.attach(arena.cgroup);
  const [caller, servers] = await Promise.all([arena.caller(), arena.servers()]);
  return {
    arena,
    hooks,
    links,
    world: new World(hooks),
    caller,
    servers,
    refused: (reason) => Number(counters.counter(reason)),
    [Symbol.asyncDispose]: async () => {
      noteRefusals();
      for (const link of links) link.close();
      hooks.close();
      await arena[Symbol.asyncDispose]();
    },
  };
}

export function loadTestHooks(arena: Arena, sizes: HookOptions['maxEntries'] = {}): Hooks {
  return loadHooks(testOptions(arena, sizes));
}

/** What whoever shares the tables of the hooks is loaded with. */
export function testOptions(arena: Arena, sizes: HookOptions['maxEntries'] = {}): HookOptions {
  const maxEntries = { ...SMALL, ...sizes };
  return { objectDir: OBJECTS, pinDir: arena.pinDir, maxEntries, vipRanges: VIP_RANGES };
}
