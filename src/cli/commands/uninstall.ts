import type { Command } from 'commander';
import { uninstallCluster, uninstallNode } from '#agent/index.ts';
import { createClient, readKubeconfig } from '#kube/index.ts';
import { type OutputFormat, outputOption, printJson, printTable } from '../output.ts';

interface Flags {
  readonly name: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly dryRun: boolean;
  readonly output: OutputFormat;
}

const EXAMPLE = `
On a node, once its agent is stopped: programs are taken off their hooks, tables, the resolver, state and the agent's Lease go. Calls by
imported names end with that; connections that are open go on, but not those through this node's gateway: drain it first.
With --kubeconfig, once the member's process is stopped: the imports, records and mirrors in that cluster go; what users wrote, kinds and
roles stay (sealane crds --role member | kubectl delete -f -).
Done twice, it finds nothing the second time.

Examples:
  sealane uninstall --dry-run
  sealane uninstall
  sealane uninstall --name east-node1
  sealane uninstall --kubeconfig east.kubeconfig

Exit code 1: something could not be taken away, and is named.`;

export function register(program: Command): void {
  program
    .command('uninstall')
    .description('take off this machine, or out of a cluster, what sealane put there')
    .option('--name <text>', 'only agents with this in their pin directory', '')
    .option('--kubeconfig <file>', 'instead of this machine: the objects in that cluster')
    .option('--context <name>', 'which cluster of the kubeconfig')
    .option('--dry-run', 'only say what would go', false)
    .addOption(outputOption())
    .addHelpText('after', EXAMPLE)
    .action(run);
}

async function run({ name, kubeconfig, context, dryRun, output }: Flags): Promise<void> {
  const removed =
    kubeconfig === undefined
      ? await uninstallNode({ within: name, dryRun })
      : (await fromCluster(kubeconfig, context, dryRun)).map((what) => ({ what }));
  if (output === 'json') printJson({ dryRun, removed });
  else if (removed.length === 0) process.stdout.write('nothing of sealane is left here\n');
  else
    printTable(
      removed.map((one) => ({ ...one })),
      ['cluster', 'node', 'what', 'failed'],
    );
  if (removed.some((one) => 'failed' in one)) process.exitCode = 1;
}

async function fromCluster(kubeconfig: string, context: string | undefined, dryRun: boolean): Promise<string[]> {
  const client = createClient(readKubeconfig(kubeconfig, { context }));
  try {
    return await uninstallCluster(client, dryRun);
  } finally {
    client.close();
  }
}
