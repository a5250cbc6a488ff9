import type { Command } from 'commander';
import { type KubeletConfig, runKubelet } from '#sandbox/kubelet/index.ts';
import { readConfig } from './options.ts';

export function register(program: Command): void {
  program
    .command('kubelet', { hidden: true })
    .description('be the kubelet of all nodes of one cluster')
    .requiredOption('--config <file>', 'JSON')
    .action(({ config }: { config: string }) => runKubelet(readConfig<KubeletConfig>(config)));
}
