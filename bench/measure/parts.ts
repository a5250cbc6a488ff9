/** Every part of a run, in its order: those that need the stage first, then it is taken down, since what it has would disturb. */
import type { PartName } from '../options.ts';
import type { ConnectCost, PacketCost, Parts, Scale } from '../report/results.ts';
import type { Context } from './context.ts';
import { measureDeadPods } from './dead-pods.ts';
import { measureFailover } from './failover.ts';
import { measureGrowth } from './growth.ts';
import { measurePaths } from './paths.ts';
import { measurePrograms } from './programs.ts';
import { measureBlind } from './sandbox/blind.ts';
import { measurePropagation } from './sandbox/propagation.ts';
import { type Sandbox, sandboxUp } from './sandbox/sandbox.ts';
import { runScript } from './script.ts';

type Measure<K extends PartName> = (context: Context) => Promise<Parts[K]>;

const ON_STAGE = {
  paths: measurePaths,
  programs: measurePrograms,
  failover: measureFailover,
  pods: measureDeadPods,
} satisfies { readonly [K in PartName]?: Measure<K> };

const IN_SANDBOX = { propagation: measurePropagation, blind: measureBlind } satisfies {
  readonly [K in PartName]?: (context: Context, sandbox: Sandbox) => Promise<Parts[K]>;
};

const BY_THEMSELVES = {
  connect: async ({ size, say, signal }) => {
    say('connect cost, against the number of services');
    return (await runScript(['bench/hooks.ts', size.quick ? '500' : '6000'], signal)) as ConnectCost;
  },
  packets: async ({ size, say, signal }) => {
    say('packets of known flows');
    return (await runScript(['bench/gateway.ts', size.quick ? '2' : '15'], signal)) as PacketCost;
  },
  scale: async ({ size, say, signal }) => {
    say('an agent among many services');
    return (await runScript(['bench/scale.ts', ...(size.quick ? ['500', '10'] : [])], signal)) as Scale;
  },
  growth: measureGrowth,
} satisfies { readonly [K in PartName]?: Measure<K> };

/** What failed is not there, and noted in the context. */
export async function measureParts(context: Context, wanted: readonly PartName[]): Promise<Partial<Parts>> {
  const parts: Record<string, unknown> = {};
  const among = <T extends object>(all: T) =>
    (Object.entries(all) as [PartName, T[keyof T]][]).filter(([name]) => wanted.includes(name));
  const keep = async (name: PartName, run: () => Promise<unknown>) => {
    const value = await context.attempt(name, run);
    if (value !== null) parts[name] = value;
  };
  for (const [name, measure] of among(ON_STAGE)) await keep(name, () => measure(context));
  await context.strike();
  const inSandbox = among(IN_SANDBOX);
  if (inSandbox.length > 0) {
    context.say('a sandbox comes up');
    await using sandbox = await context.attempt('sandbox', sandboxUp);
    for (const [name, measure] of inSandbox)
      await keep(name, async () => measure(context, sandbox ?? missing(context.failed['sandbox'])));
  }
  for (const [name, measure] of among(BY_THEMSELVES)) await keep(name, () => measure(context));
  return parts;
}

function missing(why: string | undefined): never {
  throw new Error(`the sandbox did not come up: ${why}`);
}
