import type { Command } from 'commander';
import { createLog } from '#kit/index.ts';
import { createClient, readKubeconfig } from '#kube/index.ts';
import { runHub } from '#hub/index.ts';

export function register(program: Command): void {
  program
    .command('hub')
    .description('keep what members share: namespaces, removed members, Karmada’s clusters')
    .requiredOption('--kubeconfig <file>', 'access to the hub’s API server')
    .addHelpText('after', '\nExample:\n  sealane hub --kubeconfig hub.kubeconfig')
    .action(run);
}

async function run({ kubeconfig }: { kubeconfig: string }): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  await runHub({ client: createClient(readKubeconfig(kubeconfig)), log: createLog('hub'), signal: stop.signal });
}
