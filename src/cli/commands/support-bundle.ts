import type { Command } from 'commander';
import { writeBundle } from '#agent/index.ts';
import { systemClock } from '#kit/index.ts';
import { type BundleFlags, bundleFile, bundleOptions, sayPart, showBundle } from '../support-bundle.ts';
import { version } from '../version.ts';

interface Flags extends BundleFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly name: string;
  readonly log: readonly string[];
  readonly config: readonly string[];
}

const EXAMPLE = `
What is in it: versions, checks, status, objects of sealane's kinds and Services, EndpointSlices, Pods and Nodes, what runs in the kernel
with the first entries of its tables, DNS snapshots, this machine's addresses and routes, the logs that are named. Secrets are never
read; what looks like one is taken out wherever it stands, and LEFT-OUT.md in the bundle says where. Look through it before you send it.

Examples:
  sealane support-bundle                                      every cluster that an agent of this machine belongs to
  sealane support-bundle --kubeconfig east.kubeconfig --log /var/log/sealane-agent.log --file east.tar.gz`;

const collected = (value: string, before: readonly string[]) => [...before, value];

export function register(program: Command): void {
  bundleOptions(program.command('support-bundle'))
    .description('collect what somebody who helps needs to know, without secrets, into one .tar.gz')
    .option('--kubeconfig <file>', 'access to a cluster, instead of the agents’')
    .option('--context <name>', 'which cluster of the kubeconfig')
    .option('--name <text>', 'only agents with this in their pin directory', '')
    .option('--log <file>', 'the end of a log; may be given several times', collected, [])
    .option('--config <file>', 'a file of configuration; may be given several times', collected, [])
    .addHelpText('after', EXAMPLE)
    .action(async ({ kubeconfig, context, name: within, log: logs, config, ...flags }: Flags) => {
      const cluster = kubeconfig && { name: context ?? 'cluster', kubeconfig, ...(context && { context }) };
      const question = { within, clusters: cluster ? [cluster] : [], logs, config };
      const named = { ...question, version: version(), clock: systemClock };
      showBundle(await writeBundle(named, bundleFile(flags), sayPart), flags.output);
    });
}
