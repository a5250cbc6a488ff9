import type { Command } from 'commander';
import { type OutputFormat, outputOption, printJson } from '#cli/index.ts';
import { down } from '#sandbox/supervise/index.ts';
import { checkName } from '#sandbox/topology/index.ts';
import { nameOption } from './options.ts';
import { requirePrivileges } from './privileges.ts';

export function register(program: Command): void {
  program
    .command('down')
    .description('remove every namespace, link, cgroup, pin, mount and process of a sandbox, crashed or not')
    .addOption(nameOption())
    .addOption(outputOption())
    .addHelpText('after', '\nExample:\n  sealane sandbox down --name second')
    .action(run);
}

async function run({ name, output }: { name: string; output: OutputFormat }): Promise<void> {
  checkName(name);
  requirePrivileges();
  const removed = await down(name);
  if (output === 'json') printJson({ name, removed });
  else process.stdout.write(removed ? `sandbox "${name}" is gone\n` : `sandbox "${name}" was not there\n`);
}
