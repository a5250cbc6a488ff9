import type { Command } from 'commander';
import { type OutputFormat, outputOption, printJson } from '#cli/index.ts';
import { readTopologyState, statePaths } from '#sandbox/supervise/index.ts';
import { checkName } from '#sandbox/topology/index.ts';
import { nameOption } from './options.ts';

export function register(program: Command): void {
  program
    .command('kubeconfig')
    .description('print the path of the kubeconfig; its contexts are hub and the clusters')
    .addOption(nameOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExample:\n  kubectl --kubeconfig "$(sealane sandbox kubeconfig)" --context cluster-1 get nodes',
    )
    .action(run);
}

function run({ name, output }: { name: string; output: OutputFormat }): void {
  const { kubeconfig } = statePaths(checkName(name));
  const contexts = ['hub', ...readTopologyState(name).clusters.map((cluster) => cluster.name)];
  if (output === 'json') printJson({ kubeconfig, contexts });
  else process.stdout.write(`${kubeconfig}\n`);
}
