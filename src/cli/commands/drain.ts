import type { Command } from 'commander';
import type { DrainProgress } from '#explain/index.ts';
import { askDrain, followDrain } from '#hub/index.ts';
import { type Clock, systemClock } from '#kit/index.ts';
import { createClient, readKubeconfig } from '#kube/index.ts';
import { deadline } from '../deadline.ts';
import { type OutputFormat, outputOption, printTable } from '../output.ts';
import { seconds } from '../seconds.ts';

interface Flags {
  readonly kubeconfig: string;
  readonly context?: string;
  readonly service: readonly string[];
  readonly deadline?: number;
  readonly undo: boolean;
  readonly force: boolean;
  readonly wait: boolean;
  readonly timeout?: number;
  readonly output: OutputFormat;
}

/** After the deadline: agents end what is left, and members hear of it. */
const AFTER_DEADLINE_MS = 30_000;
const TIME_WAS_UP = 5;

const HELP = `
New connections go elsewhere at once, in every member. Old ones go on until they end, or until the deadline: then their callers get an
error. Without a deadline they are waited for as long as it takes, or until --timeout; ending this command does not end the drain.

Examples:
  sealane drain east --deadline 5m --kubeconfig hub.kubeconfig          all of a cluster
  sealane drain east --service shop/cart --kubeconfig hub.kubeconfig    one service of it
  sealane drain east --undo --kubeconfig hub.kubeconfig                 takes it back

Exit code 5: connections were left when time was up, or a member had not answered. 1: somebody took the drain back meanwhile.`;

export function register(program: Command): void {
  program
    .command('drain')
    .description('take a member’s share of new connections away, and wait for the old ones')
    .argument('<cluster>', 'name of the member')
    .requiredOption('--kubeconfig <file>', 'access to the hub’s API server')
    .option('--context <name>', 'which cluster of the kubeconfig')
    .option('--service <namespace/name>', 'this service only; may be repeated', collect, [])
    .option('--deadline <time>', 'when connections that are left are ended: 90s, 5m, 2h, or RFC 3339', (text) =>
      deadline(text, systemClock),
    )
    .option('--undo', 'take it back: of these services, or all of it', false)
    .option('--force', 'also where it leaves a service with nobody', false)
    .option('--no-wait', 'only ask for it')
    .option('--timeout <seconds>', 'how long to wait; default: 30 seconds beyond the deadline', seconds)
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action(run);
}

function collect(service: string, before: readonly string[]): readonly string[] {
  return [...before, service];
}

async function run(cluster: string, flags: Flags): Promise<void> {
  const { kubeconfig, context, service: services, undo, force, wait, output } = flags;
  const client = createClient(readKubeconfig(kubeconfig, { context }));
  try {
    const asked = { cluster, services, undo, force, ...(flags.deadline !== undefined && { deadline: flags.deadline }) };
    const { spec = {} } = await askDrain(client, asked, systemClock);
    const until = endOf(flags.timeout, spec.drainDeadline, systemClock);
    const show = printer(output, systemClock);
    if (undo || !wait) return show.asked(cluster, undo);
    let last: DrainProgress | undefined;
    for await (const progress of followDrain(client, cluster, { clock: systemClock, ...(until && { until }) })) {
      last = progress;
      show.line(progress);
    }
    show.end(last);
    process.exitCode = exitCodeOf(last);
  } finally {
    client.close();
  }
}

function endOf(timeout: number | undefined, drainDeadline: string | undefined, clock: Clock): number | undefined {
  if (timeout !== undefined) return clock.now() + timeout * 1000;
  return drainDeadline === undefined ? undefined : Date.parse(drainDeadline) + AFTER_DEADLINE_MS;
}

function exitCodeOf(last: DrainProgress | undefined): number {
  if (last?.phase === 'Drained') return 0;
  return last?.phase === 'NotDraining' ? 1 : TIME_WAS_UP;
}

/** Lines for a terminal each second, into a file only what is new; JSON: a line each second. */
function printer(output: OutputFormat, clock: Clock) {
  const started = clock.monotonic();
  let before = '';
  const json = (value: object) =>
    process.stdout.write(`${JSON.stringify({ time: new Date(clock.now()).toISOString(), ...value })}\n`);
  return {
    asked(cluster: string, undo: boolean) {
      if (output === 'json') json({ cluster, ...(undo ? { undone: true } : { asked: true }) });
      else process.stdout.write(undo ? `${cluster} takes new connections again\n` : `${cluster} is being drained\n`);
    },
    line(progress: DrainProgress) {
      if (output === 'json') return json(progress);
      const text = lineOf(progress, clock);
      if (text !== before || process.stdout.isTTY)
        process.stdout.write(`${String(Math.round((clock.monotonic() - started) / 1000)).padStart(4)} s  ${text}\n`);
      before = text;
    },
    end(last: DrainProgress | undefined) {
      if (output === 'json' || !last || last.phase === 'Drained') return;
      if (last.phase === 'NotDraining') return void process.stdout.write('the drain was taken back\n');
      process.stdout.write(`time is up; ${leftText(last)}\n`);
      if (last.members.length > 0) printTable(last.members, ['member', 'connections']);
    },
  };
}

function lineOf(progress: DrainProgress, clock: Clock): string {
  const { phase, waitingFor, deadline: at } = progress;
  const left = at === undefined ? 0 : Math.ceil((Date.parse(at) - clock.now()) / 1000);
  return [
    phase === 'Drained' ? `${progress.cluster} is drained` : leftText(progress),
    waitingFor.length > 0 && `waiting for ${waitingFor.join(', ')}`,
    phase !== 'Drained' && left > 0 && `${left} s to the deadline`,
  ]
    .filter(Boolean)
    .join('; ');
}

function leftText({ connections, services }: DrainProgress): string {
  const by = services.map(({ service, connections: count }) => `${service} ${count}`).join(', ');
  return `${connections} connections left${by && `: ${by}`}`;
}
