import { Argument, type Command } from 'commander';
import { type AgentPrograms, type BpfReport, describeBpf, switchBpfStats } from '#agent/index.ts';
import { type OutputFormat, outputOption, printJson, printTable, type Row } from '../output.ts';

interface Flags {
  readonly name?: string;
  readonly output: OutputFormat;
}

const EXAMPLE = `
The agents need not run: what they pinned is read. ORDER is everything that runs at a hook, in order; +name is not sealane's.

Examples:
  sealane bpf
  sealane bpf --name lab --output json
  sealane bpf stats on       count runs and nanoseconds of every program on the machine`;

export function register(program: Command): void {
  const command = program
    .command('bpf')
    .description('what runs in the kernel for the agents of this machine: programs, tables, refusals')
    .option('--name <text>', 'only agents with this in their pin directory')
    .addOption(outputOption())
    .addHelpText('after', EXAMPLE)
    .action(async ({ name, output }: Flags) => {
      const report = await describeBpf(name);
      if (output === 'json') printJson(report);
      else show(report);
    });
  command
    .command('stats')
    .description('turn counting of runs and time on or off, for every program of the machine')
    .addArgument(new Argument('<state>').choices(['on', 'off']))
    .action((state: 'on' | 'off') => switchBpfStats(state === 'on'));
}

function show({ agents, stats }: BpfReport): void {
  for (const agent of agents) {
    process.stdout.write(`\n${agent.cluster}, ${agent.node}: ${agent.pinDir}\n\n`);
    printTable(agent.hooks.map(hookRow), ['program', 'id', 'hook', 'at', 'order', 'verified', 'runs', 'ns/run']);
    process.stdout.write('\n');
    printTable(agent.maps.map(mapRow), ['map', 'used', 'size', 'kib', 'writer', 'holds']);
    process.stdout.write('\n');
    printTable(
      agent.refusals.map(({ count, reason, text }) => ({ refused: count, reason, text })),
      ['refused', 'reason', 'text'],
    );
  }
  if (!stats) process.stdout.write('\nRuns and time are not counted now: sealane bpf stats on\n');
}

function hookRow(hook: AgentPrograms['hooks'][number]): Row {
  const { program, id, at, order, verifiedInstructions: verified, runs, nanoseconds } = hook;
  const names = order.map(({ name, foreign }) => (foreign ? `+${name}` : name)).join(' ');
  return {
    program,
    id,
    hook: hook.hook,
    at,
    order: names,
    verified,
    runs,
    'ns/run': runs && Math.round(nanoseconds / runs),
  };
}

function mapRow({ name: map, used, size, bytes, writer, holds }: AgentPrograms['maps'][number]): Row {
  return { map, used: used ?? '?', size, kib: Math.ceil(bytes / 1024), writer, holds };
}
