import type { Command } from 'commander';
import { type ApiServerConfig, runApiServer } from '#sandbox/supervise/index.ts';
import { readConfig } from './options.ts';

export function register(program: Command): void {
  program
    .command('apiserver', { hidden: true })
    .description('serve one cluster’s API')
    .requiredOption('--config <file>', 'JSON')
    .action(({ config }: { config: string }) => runApiServer(readConfig<ApiServerConfig>(config)));
}
