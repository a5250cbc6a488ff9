import { Argument, type Command } from 'commander';
import { type BpfReport, describeBpf, switchBpfStats, watchBpf } from '#agent/index.ts';
import { systemClock } from '#kit/index.ts';
import { type OutputFormat, outputOption, printJson } from '../output.ts';
import { seconds } from '../seconds.ts';
import { registerEvents } from './bpf/events.ts';
import { show } from './bpf/show.ts';
import { registerSwap } from './bpf/swap.ts';

interface Flags {
  readonly name?: string;
  readonly watch?: number;
  readonly output: OutputFormat;
}

const EXAMPLE = `
The agents need not run: what they pinned is read. ORDER is everything that runs at a hook, in order; +name is not sealane's.

Examples:
  sealane bpf
  sealane bpf --name lab --output json
  sealane bpf --watch 5      runs and nanoseconds of the next five seconds, counted only while it watches
  sealane bpf events         which event runs which program, and what it does
  sealane bpf swap connect4  replace a program while it runs`;

export function register(program: Command): void {
  const command = program
    .command('bpf')
    .description('what runs in the kernel for the agents of this machine: programs, tables, refusals')
    .option('--name <text>', 'only agents with this in their pin directory')
    .option('--watch <seconds>', 'count runs and time for so long', seconds)
    .addOption(outputOption())
    .addHelpText('after', EXAMPLE)
    .action(async ({ name, watch, output }: Flags) => {
      const report = await reportOf(name, watch);
      if (output === 'json') printJson(report);
      else show(report);
    });
  registerEvents(command);
  registerSwap(command);
  command
    .command('stats')
    .description('turn counting of runs and time on or off, for every program of the machine')
    .addArgument(new Argument('<state>').choices(['on', 'off']))
    .addHelpText('after', '\nExample:\n  sealane bpf stats on')
    .action((state: 'on' | 'off') => switchBpfStats(state === 'on'));
}

function reportOf(name: string | undefined, watch: number | undefined): Promise<BpfReport> {
  return watch === undefined ? describeBpf(name) : watchBpf(name ?? '', watch * 1000, systemClock);
}
