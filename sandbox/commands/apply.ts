import type { Command } from 'commander';
import { type OutputFormat, outputOption, printJson } from '#cli/index.ts';
import { systemClock } from '#kit/index.ts';
import { readManifests } from '#kube/index.ts';
import { applyManifests, withContext } from '#sandbox/client/index.ts';
import { checkName } from '#sandbox/topology/index.ts';
import { contextOption, nameOption } from './options.ts';

interface Options {
  readonly file: readonly string[];
  readonly context: string;
  readonly namespace: string;
  readonly name: string;
  readonly output: OutputFormat;
}

export function register(program: Command): void {
  program
    .command('apply')
    .description('apply manifests, server-side; fails when one is refused, the others are applied all the same')
    .requiredOption('-f, --file <path...>', 'files, folders, or - for standard input')
    .addOption(contextOption())
    .option('-n, --namespace <namespace>', 'for objects that name none', 'default')
    .addOption(nameOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExamples:\n  sealane sandbox apply -f demo/\n  sealane crds --role member | sealane sandbox apply --context cluster-1 -f -',
    )
    .action(run);
}

async function run({ file, context, namespace, name, output }: Options): Promise<void> {
  checkName(name);
  const objects = (await Promise.all(file.map(readManifests))).flat();
  const applied = await withContext(name, context, (client) =>
    applyManifests(client, objects, { clock: systemClock, namespace }),
  );
  if (output === 'json') printJson(applied);
  else
    for (const { subject, result, error } of applied)
      process.stdout.write(`${subject} ${result}${error ? `: ${error}` : ''}\n`);
  if (applied.some(({ result }) => result === 'failed')) process.exitCode = 1;
}
