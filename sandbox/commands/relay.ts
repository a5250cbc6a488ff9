import type { Command } from 'commander';
import { runRelay } from '#sandbox/faults/index.ts';
import { checkName } from '#sandbox/topology/index.ts';
import { nameOption } from './options.ts';

export function register(program: Command): void {
  program
    .command('relay', { hidden: true })
    .description('hold what passes the links that are slow')
    .addOption(nameOption())
    .action(({ name }: { name: string }) => runRelay(checkName(name)));
}
