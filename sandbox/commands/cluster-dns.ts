import type { Command } from 'commander';
import { type ClusterDnsConfig, runClusterDns } from '#sandbox/cluster-dns/index.ts';
import { readConfig } from './options.ts';

export function register(program: Command): void {
  program
    .command('cluster-dns', { hidden: true })
    .description('be the DNS of one cluster')
    .requiredOption('--config <file>', 'JSON')
    .action(({ config }: { config: string }) => runClusterDns(readConfig<ClusterDnsConfig>(config)));
}
