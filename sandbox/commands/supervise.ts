import type { Command } from 'commander';
import { runSupervisor } from '#sandbox/supervise/index.ts';
import { checkName } from '#sandbox/topology/index.ts';
import { nameOption } from './options.ts';

export function register(program: Command): void {
  program
    .command('supervise', { hidden: true })
    .description('start the processes of a sandbox and keep them running')
    .addOption(nameOption())
    .action(({ name }: { name: string }) => runSupervisor(checkName(name)));
}
