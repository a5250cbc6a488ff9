import type { Command } from 'commander';
import { SealaneError } from '#kit/index.ts';

export function register(program: Command): void {
  program
    .command('demo')
    .allowUnknownOption()
    .argument('[args...]')
    .action(() => {
      throw new SealaneError('cli/not-yet', 'run demo: not part of this build');
    });
}
