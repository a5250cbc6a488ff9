import { Argument, type Command } from 'commander';
import { type OutputFormat, outputOption, printJson } from '#cli/index.ts';
import { SealaneError } from '#kit/index.ts';
import { applyFault, type Fault } from '#sandbox/faults/index.ts';
import { checkName } from '#sandbox/topology/index.ts';
import { nameOption } from './options.ts';

const FAULTS: readonly Fault[] = ['kill', 'stop', 'cut', 'heal', 'empty-hub'];

export function register(program: Command): void {
  program
    .command('fault')
    .description('break something on purpose, or heal it')
    .addArgument(new Argument('<what>', 'what to do').choices(FAULTS))
    .argument(
      '[target]',
      'a process (see status) for kill and stop; hub, CLUSTER, CLUSTER/NODE or CLUSTER/NODE/lan for cut',
    )
    .addOption(nameOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
  kill       kill -9; it is started again
  stop       take down, and keep down
  cut        let nothing through the link to the WAN (…/lan: to the cluster's LAN); the machine still reaches API servers
  heal       undo stop and cut of a target, or of \`all\`
  empty-hub  delete everything in the hub's store

Examples:
  sealane sandbox fault kill agent/cluster-1/node-1
  sealane sandbox fault stop apiserver/hub
  sealane sandbox fault cut cluster-3
  sealane sandbox fault heal all`,
    )
    .action(run);
}

async function run(what: Fault, target: string | undefined, { name, output }: { name: string; output: OutputFormat }) {
  if (target === undefined && what !== 'empty-hub') {
    throw new SealaneError('sandbox/bad-target', `${what}: no target`, { hint: 'see `sealane sandbox fault --help`' });
  }
  const { done } = await applyFault(checkName(name), what, target ?? 'hub');
  if (output === 'json') printJson({ fault: what, target, done });
  else process.stdout.write(`${what}: ${done.length > 0 ? done.join(', ') : 'nothing to do'}\n`);
}
