import { join } from 'node:path';
import type { Command } from 'commander';
import { objectOf, type SwapReport, swapProgram } from '#agent/index.ts';
import { SealaneError, systemClock } from '#kit/index.ts';
import { objectsFolder } from '../../installation.ts';
import { type OutputFormat, outputOption, printJson, printTable } from '../../output.ts';
import { seconds } from '../../seconds.ts';

/** With those of `sealane bpf`: commander gives an option that both have to the outer one. */
interface Flags {
  readonly object?: string;
  readonly back: boolean;
  readonly name?: string;
  readonly watch?: number;
  readonly output: OutputFormat;
}

const EXAMPLE = `
The new program is loaded and verified against the tables that the agent has pinned, with the constants of the one that runs; then every
hook is given it at once. Nothing passes a hook without a program. If anything is refused, all is as it was; with --output json the error
has the last 64 KB of what the verifier said. An agent that is started again, and a device that is new to a gateway, get what the agent
was shipped with.

Examples:
  sealane bpf swap connect4                               the one of this installation, loaded again
  sealane bpf swap gateway-in --object new/gateway-in.bpf.o --name cluster-1
  sealane bpf swap gateway-in --back                      the one that the last swap took away

RUNS are those of a second before and a second after (--watch).`;

export function registerSwap(bpf: Command): void {
  bpf
    .command('swap')
    .description('replace a program while it runs')
    .argument('<program>', 'such as connect4 or gateway-in')
    .option('--object <file>', 'a compiled object (default: the one of this installation)')
    .option('--back', 'to the program that the last swap took away', false)
    .option('--name <text>', 'only agents with this in their pin directory')
    .option('--watch <seconds>', 'count runs for so long before and after (default: 1)', seconds)
    .addOption(outputOption())
    .addHelpText('after', EXAMPLE)
    .action(async (program: string, _: unknown, command: Command) => {
      const { object, back, name = '', watch = 1, output } = command.optsWithGlobals<Flags>();
      if (back && object !== undefined)
        throw new SealaneError('cli/bad-flag', 'swap: --back and --object exclude each other');
      const to = back ? 'previous' : { object: object ?? join(objectsFolder(), objectOf(program)) };
      const report = await swapProgram({ program, to, within: name, watchMs: watch * 1000, clock: systemClock });
      if (output === 'json') printJson(report);
      else show(report);
    });
}

function show({ places }: SwapReport): void {
  const rows = places.map(({ cluster, node, hook, at, before, after }) => ({
    ...{ cluster, node, hook, at },
    ...{ before: before.id, 'runs before': before.runs, after: after.id, 'runs after': after.runs },
  }));
  printTable(rows, ['cluster', 'node', 'hook', 'at', 'before', 'runs before', 'after', 'runs after']);
}
