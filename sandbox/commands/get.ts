import type { Command } from 'commander';
import { SealaneError } from '#kit/index.ts';

export function register(program: Command): void {
  program
    .command('get')
    .allowUnknownOption()
    .argument('[args...]')
    .action(() => {
      throw new SealaneError('cli/not-yet', 'run get: not part of this build');
    });
}
