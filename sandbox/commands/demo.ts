import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { type OutputFormat, outputOption, printJson, printTable } from '#cli/index.ts';
import { SealaneError, systemClock } from '#kit/index.ts';
import { createScreen, type DemoResult, runDemo } from '#sandbox/demo/index.ts';
import { down, isOurs } from '#sandbox/supervise/index.ts';
import { BUILT_IN, checkName, readTopology } from '#sandbox/topology/index.ts';
import { nameOption } from './options.ts';
import { checkMachine } from './privileges.ts';

interface Options {
  readonly keep: boolean;
  readonly pause: boolean;
  readonly name: string;
  readonly output: OutputFormat;
}

export function register(program: Command): void {
  program
    .command('demo')
    .description('the published demonstration, step by step, counted; fails when a share is not met')
    .option('--keep', 'leave the clusters up at the end', false)
    .option('--pause', 'wait for Enter between the scenes', false)
    .addOption(nameOption())
    .addOption(outputOption())
    .addHelpText('after', '\nExamples:\n  sealane sandbox demo --pause\n  sealane sandbox demo --keep --name second')
    .action(run);
}

async function run({ keep, pause, name, output }: Options): Promise<void> {
  checkName(name);
  checkMachine(['IPv4']);
  const json = output === 'json';
  const keys = pause ? keyboard() : undefined;
  const screen = createScreen(json ? process.stderr : process.stdout);
  const result = await Promise.race([
    runDemo({
      sandbox: name,
      topology: readTopology(BUILT_IN['default'] ?? '', 'built-in default'),
      keep,
      pause: async () => keys?.enter(),
      screen,
      clock: systemClock,
    }),
    interrupted(name),
  ]);
  keys?.close();
  if (json) printJson(result);
  else summary(result, keep, name);
  if (!result.passed) process.exitCode = 1;
}

/** One reader for the whole run: lines that are typed ahead count. At the end of the input it goes on by itself. */
function keyboard() {
  // Not as a terminal: Ctrl-C stays a signal.
  const reader = createInterface({ input: process.stdin, terminal: false });
  const lines = reader[Symbol.asyncIterator]();
  return {
    async enter() {
      process.stderr.write('\n  Enter goes on ');
      await lines.next();
    },
    close: () => reader.close(),
  };
}

/** Whoever stops it in the middle does not want to clean up after it. */
async function interrupted(name: string): Promise<never> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  process.stderr.write('\nstopped; taking everything down\n');
  if (isOurs(name)) await down(name);
  throw new SealaneError('demo/stopped', 'show the demonstration: stopped');
}

function summary({ passed, steps, error, seconds }: DemoResult, keep: boolean, name: string): void {
  process.stdout.write('\n');
  printTable(
    steps.map((step) => ({ step: step.step, met: metOf(step), passed: step.passed ? 'ok' : 'NOT MET' })),
    ['step', 'met', 'passed'],
  );
  if (error !== undefined) process.stdout.write(`\nended early: ${error}\n(--keep leaves it up to be looked at)\n`);
  const failed = steps.filter((step) => !step.passed).length;
  const outcome = passed ? 'everything as expected' : failed > 0 ? `${failed} not as expected` : 'not finished';
  process.stdout.write(`\n${outcome}, ${steps.length} steps in ${seconds} s\n`);
  if (keep) process.stdout.write(howToGoOn(name));
}

function metOf({ shares, seen }: DemoResult['steps'][number]): string {
  if (!shares) return seen ?? '';
  const lines = shares.filter(({ count, expected }) => count > 0 || expected.percent > 0);
  return lines.map(({ who, percent }) => `${who} ${percent.toFixed(1)} %`).join(', ');
}

function howToGoOn(name: string): string {
  const flag = name === 'sealane' ? '' : ` --name ${name}`;
  return `
It is still up:
  ./sealane sandbox exec cluster-2 curl/curl${flag} -- curl -s http://httpbin.httpbin:8080
  ./sealane sandbox get globaltrafficpolicies.flomesh.io -n httpbin --context cluster-2${flag}
  ./sealane sandbox status${flag}
  export KUBECONFIG=$(./sealane sandbox kubeconfig${flag})    # contexts hub, cluster-1, cluster-2, cluster-3
  ./sealane sandbox down${flag}
`;
}
