import type { Command } from 'commander';
import { type OutputFormat, outputOption, print } from '#cli/index.ts';
import { systemClock } from '#kit/index.ts';
import { sandboxStatus } from '#sandbox/supervise/index.ts';
import { checkName } from '#sandbox/topology/index.ts';
import { nameOption } from './options.ts';

export function register(program: Command): void {
  program
    .command('status')
    .description('the processes of a sandbox; fails when one that should run does not')
    .addOption(nameOption())
    .addOption(outputOption())
    .addHelpText('after', '\nExample:\n  sealane sandbox status --output json')
    .action(run);
}

async function run({ name, output }: { name: string; output: OutputFormat }): Promise<void> {
  checkName(name);
  const status = await sandboxStatus(name);
  const now = systemClock.now();
  print(output, status, ['process', 'state', 'pid', 'restarts', 'age', 'memory', 'last exit', 'log'], () =>
    status.processes.map((it) => ({
      process: it.name,
      state: it.state,
      pid: it.pid,
      restarts: it.restarts,
      log: it.log,
      age: it.pid === undefined || it.since === undefined ? '' : `${Math.round((now - it.since) / 1000)}s`,
      memory: it.residentKiB === undefined ? '' : `${Math.round(it.residentKiB / 1024)} MiB`,
      'last exit': it.lastExit,
    })),
  );
  if (status.processes.some(({ state }) => state === 'waiting')) process.exitCode = 1;
}
