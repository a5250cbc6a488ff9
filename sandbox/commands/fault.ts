import { Argument, type Command, Option } from 'commander';
import { type OutputFormat, outputOption, printJson } from '#cli/index.ts';
import { SealaneError } from '#kit/index.ts';
import { applyFault, type Fault, type FaultOptions, FAULTS } from '#sandbox/faults/index.ts';
import { checkName } from '#sandbox/topology/index.ts';
import { nameOption } from './options.ts';

interface Flags extends Pick<FaultOptions, 'direction' | 'percent'> {
  readonly name: string;
  readonly output: OutputFormat;
  readonly rate?: number;
  readonly by?: number;
  readonly jitter?: number;
  readonly loss?: number;
}

export function register(program: Command): void {
  program
    .command('fault')
    .description('break something on purpose, or heal it')
    .addArgument(new Argument('<what>', 'what to do').choices(FAULTS))
    .argument(
      '[target]',
      'a process, a group of them or all (see status) for kill, crash, stop, freeze, skew; hub, CLUSTER, CLUSTER/NODE or CLUSTER/NODE/lan for cut, throttle, delay; a gateway for fill',
    )
    .addOption(nameOption())
    .addOption(
      new Option('--direction <which>', 'of cut, throttle and delay, seen from the target')
        .choices(['both', 'in', 'out'])
        .default('both'),
    )
    .option('--rate <kbit>', 'of throttle, kilobits per second', whole(8, 10_000_000), 1_000)
    .option(
      '--by <n>',
      'of skew: seconds the clock goes ahead (3600), negative: back; of delay: milliseconds (100)',
      whole(-1e9, 1e9),
    )
    .option('--jitter <ms>', 'of delay: so much more or less, milliseconds', whole(0, 10_000), 0)
    .option('--loss <percent>', 'of delay: of what passes', between(0, 100), 0)
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
  delay      hold what passes that link for --by milliseconds each way, in order; neighbours are found at once
  fill       fill a gateway's table of flows with flows of nobody
  heal       undo all that of a target, or of \`all\`
  empty-hub  delete everything in the hub's store

Examples:
  sealane sandbox fault kill agent/cluster-1/node-1
  sealane sandbox fault stop apiserver/hub
  sealane sandbox fault cut cluster-3 --direction out
  sealane sandbox fault throttle cluster-1/node-1 --rate 512
  sealane sandbox fault delay cluster-2 --by 80 --jitter 10
  sealane sandbox fault delay cluster-1/node-1 --by 200 --loss 0.5 --direction in
  sealane sandbox fault skew member/cluster-1 --by -86400
  sealane sandbox fault heal all`,
    )
    .action(run);
}

async function run(what: Fault, target: string | undefined, { name, output, ...flags }: Flags) {
  if (target === undefined && what !== 'empty-hub') {
    throw new SealaneError('sandbox/bad-target', `${what}: no target`, { hint: 'see `sealane sandbox fault --help`' });
  }
  const { done } = await applyFault(checkName(name), what, target ?? 'hub', optionsOf(what, flags));
  if (output === 'json') printJson({ fault: what, target, done });
  else process.stdout.write(`${what}: ${done.length > 0 ? done.join(', ') : 'nothing to do'}\n`);
}

function optionsOf(what: Fault, { rate, by, jitter, loss, ...how }: Omit<Flags, 'name' | 'output'>): FaultOptions {
  const common = { ...how, kilobits: rate, jitterMs: jitter, lossPercent: loss };
  return what === 'delay' ? { ...common, byMs: by } : { ...common, ahead: by === undefined ? undefined : by * 1000 };
}

type Reader = (text: string) => number;

function whole(least: number, most: number): Reader {
  return reader('a whole number', Number.isInteger, least, most);
}

function between(least: number, most: number): Reader {
  return reader('a number', Number.isFinite, least, most);
}

function reader(what: string, isOne: (number: number) => boolean, least: number, most: number): Reader {
  return (text) => {
    const number = Number(text);
    if (text.trim() !== '' && isOne(number) && number >= least && number <= most) return number;
    throw new SealaneError('sandbox/bad-number', `read "${text}": ${what} from ${least} to ${most} is expected`);
  };
}
