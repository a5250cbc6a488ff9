import type { Command } from 'commander';
import { SealaneError } from '#kit/index.ts';
import type { ApiServerConfig } from '#sandbox/supervise/index.ts';
import { readConfig } from './options.ts';

export function register(program: Command): void {
  program
    .command('apiserver', { hidden: true })
    .description('serve one cluster’s API')
    .requiredOption('--config <file>', 'JSON')
    .action(({ config }: { config: string }) => run(readConfig<ApiServerConfig>(config)));
}

async function run(config: ApiServerConfig): Promise<void> {
  throw new SealaneError('sandbox/not-yet', `serve ${config.name}`);
}
