import type { Command } from 'commander';
import { type PropagationConfig, runPropagation } from '#sandbox/karmada/index.ts';
import { readConfig } from './options.ts';

export function register(program: Command): void {
  program
    .command('propagation', { hidden: true })
    .description('propagate from the hub to the members')
    .requiredOption('--config <file>', 'JSON')
    .action(({ config }: { config: string }) => runPropagation(readConfig<PropagationConfig>(config)));
}
