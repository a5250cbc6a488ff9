import { Argument, type Command, Option } from 'commander';
import { type OutputFormat, outputOption, printJson } from '#cli/index.ts';
import { SealaneError } from '#kit/index.ts';
import { applyFault, type Fault, type FaultOptions, FAULTS } from '#sandbox/faults/index.ts';
import { checkName } from '#sandbox/topology/index.ts';
import { nameOption } from './options.ts';

interface Flags extends Omit<FaultOptions, 'kilobits' | 'ahead'> {
  readonly name: string;
  readonly output: OutputFormat;
  readonly rate?: number;
  readonly by?: number;
}

export function register(program: Command): void {
  program
    .command('fault')
    .description('break something on purpose, or heal it')
    .addArgument(new Argument('<what>', 'what to do').choices(FAULTS))
    .argument(
      '[target]',
      'a process, a group of them or all (see status) for kill, crash, stop, freeze, skew; hub, CLUSTER, CLUSTER/NODE or CLUSTER/NODE/lan for cut, throttle; a gateway for fill',
    )
    .addOption(nameOption())
    .addOption(
      new Option('--direction <which>', 'of cut and throttle, seen from the target')
        .choices(['both', 'in', 'out'])
        .default('both'),
    )
    .option('--rate <kbit>', 'of throttle, kilobits per second', whole(8, 10_000_000), 1_000)
    .option('--by <seconds>', 'of skew: how far the clock goes ahead, negative: back', whole(-1e9, 1e9), 3_600)
    .option('--percent <n>', 'of fill: how much of the table is taken then', whole(0, 100), 85)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
  kill       kill -9; it is started again
  crash      kill -9, and keep down
  stop       take down in good order, and keep down
  freeze     keep it from running (SIGSTOP); its sockets stay
  skew       set its wall clock ahead or back while it runs
  cut        let nothing through the link to the WAN (…/lan: to the cluster's LAN); the machine still reaches API servers
  throttle   let no more through that link than --rate
  fill       fill a gateway's table of flows with flows of nobody
  heal       undo all that of a target, or of \`all\`
  empty-hub  delete everything in the hub's store

Examples:
  sealane sandbox fault kill agent/cluster-1/node-1
  sealane sandbox fault stop apiserver/hub
  sealane sandbox fault cut cluster-3 --direction out
  sealane sandbox fault throttle cluster-1/node-1 --rate 512
  sealane sandbox fault skew member/cluster-1 --by -86400
  sealane sandbox fault heal all`,
    )
    .action(run);
}

async function run(what: Fault, target: string | undefined, { name, output, rate, by, ...how }: Flags) {
  if (target === undefined && what !== 'empty-hub') {
    throw new SealaneError('sandbox/bad-target', `${what}: no target`, { hint: 'see `sealane sandbox fault --help`' });
  }
  const ahead = by === undefined ? undefined : by * 1000;
  const { done } = await applyFault(checkName(name), what, target ?? 'hub', { ...how, kilobits: rate, ahead });
  if (output === 'json') printJson({ fault: what, target, done });
  else process.stdout.write(`${what}: ${done.length > 0 ? done.join(', ') : 'nothing to do'}\n`);
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (text.trim() !== '' && Number.isInteger(number) && number >= least && number <= most) return number;
    throw new SealaneError('sandbox/bad-number', `read "${text}": a whole number from ${least} to ${most} is expected`);
  };
}
