import { Argument, type Command } from 'commander';
import { eventText, type TopicName, type Untold, watchEvents } from '#agent/index.ts';
import { SealaneError, systemClock } from '#kit/index.ts';
import { type OutputFormat, outputOption } from '../output.ts';
import { seconds } from '../seconds.ts';
import { untilSignalled } from '../until-signalled.ts';

interface Flags {
  readonly name?: string;
  readonly namespace?: string;
  readonly service?: string;
  readonly cluster?: string;
  readonly sample: number;
  readonly count?: number;
  readonly duration?: number;
  readonly output: OutputFormat;
}

const TOPICS: readonly TopicName[] = ['flows', 'drops', 'ejections'];

const EXAMPLE = `
flows      calls that are given a backend, and what becomes of them (TCP; of UDP only what is picked)
drops      calls and packets that are refused, with the reason (docs/refusals.md); at most about 1,000 a second and processor
ejections  backends that failed too often, tried again, and back

The kernel tells of nothing while nobody watches. The agents need not run. One watcher a node. What was not told (the ring was full,
or too many at once) is counted, on standard error. \`--output json\` prints one object a line.

Examples:
  sealane watch flows --namespace httpbin --sample 10     all that happens to one connection in ten
  sealane watch drops ejections --output json
  sealane watch flows --service httpbin/httpbin --cluster cluster-2 --count 20
  sealane watch ejections --name lab --duration 60

Exit code 1: nobody watched for a while, because this process was held up.`;

export function register(program: Command): void {
  program
    .command('watch')
    .description('what happens in the kernel, as it happens: flows, drops, ejections')
    .addArgument(new Argument('<topic...>', 'what to watch').choices(TOPICS))
    .option('--name <text>', 'only agents with this in their pin directory')
    .option('--namespace <name>', 'only services of this namespace')
    .option('--service <name>', 'only this service, `name` or `namespace/name`')
    .option('--cluster <name>', 'only what this cluster serves')
    .option('--sample <n>', 'of flows, those of one socket in so many', positive, 1)
    .option('--count <n>', 'end after so many events', positive)
    .option('--duration <seconds>', 'end after so long', seconds)
    .addOption(outputOption())
    .addHelpText('after', EXAMPLE)
    .action(watch);
}

async function watch(topics: TopicName[], { name, sample, duration, output, ...filter }: Flags): Promise<void> {
  const ending = new AbortController();
  void untilSignalled(() => ending.abort());
  const summary = await watchEvents({
    ...filter,
    topics,
    oneIn: sample,
    ...(name !== undefined && { within: name }),
    ...(duration !== undefined && { durationMs: duration * 1000 }),
    signal: ending.signal,
    clock: systemClock,
    onEvent: (event) => void process.stdout.write(`${output === 'json' ? JSON.stringify(event) : eventText(event)}\n`),
    onUntold: (untold) => void process.stderr.write(`sealane watch: ${untoldText(untold)} so far\n`),
  });
  const { events, heldUpMs } = summary;
  const heldUp = heldUpMs > 0 ? `, nobody watched for ${heldUpMs} ms` : '';
  process.stderr.write(`sealane watch: ${events} events, ${untoldText(summary)}${heldUp}\n`);
  if (heldUpMs > 0) process.exitCode = 1;
}

function untoldText({ lost, heldBack }: Untold): string {
  return `${lost} lost, ${heldBack} held back`;
}

/** @throws `cli/bad-number` */
function positive(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new SealaneError('cli/bad-number', `read "${text}": a number from 1 is expected`);
}
