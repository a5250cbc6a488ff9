import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { writeBundle } from '#agent/index.ts';
import { type BundleFlags, bundleFile, bundleOptions, sayPart, showBundle, version } from '#cli/index.ts';
import { systemClock } from '#kit/index.ts';
import { readTopologyState, statePaths } from '#sandbox/supervise/index.ts';
import { nameOption } from './options.ts';

interface Flags extends BundleFlags {
  readonly name: string;
}

export function register(program: Command): void {
  bundleOptions(program.command('support-bundle'))
    .description('collect what somebody who helps needs to know of the sandbox, without secrets, into one .tar.gz')
    .addOption(nameOption())
    .addHelpText('after', '\nExample:\n  sealane sandbox support-bundle --file sandbox.tar.gz')
    .action(run);
}

async function run({ name, ...flags }: Flags): Promise<void> {
  const contexts = ['hub', ...readTopologyState(name).clusters.map((cluster) => cluster.name)];
  const { root, kubeconfig, topology } = statePaths(name);
  const clusters = contexts.map((context) => ({ name: context, kubeconfig, context }));
  const config = [topology, kubeconfig, ...filesIn(join(root, 'config'))];
  const question = { within: `/${name}/`, clusters, logs: filesIn(join(root, 'log')), config };
  const named = { ...question, version: version(), clock: systemClock };
  showBundle(await writeBundle(named, bundleFile(flags), sayPart), flags.output);
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).map((file) => join(folder, file));
}
