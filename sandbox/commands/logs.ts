import type { Command } from 'commander';
import { SealaneError } from '#kit/index.ts';

export function register(program: Command): void {
  program
    .command('logs')
    .allowUnknownOption()
    .argument('[args...]')
    .action(() => {
      throw new SealaneError('cli/not-yet', 'run logs: not part of this build');
    });
}
