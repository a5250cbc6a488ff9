import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { PODS } from '#api/index.ts';
import { type OutputFormat, outputOption, printJson } from '#cli/index.ts';
import { pathOf } from '#kube/index.ts';
import { findPod, withContext } from '#sandbox/client/index.ts';
import { checkName } from '#sandbox/topology/index.ts';
import { nameOption } from './options.ts';
import { text } from 'node:stream/consumers';

interface Options {
  readonly container?: string;
  readonly follow: boolean;
  readonly tail?: string;
  readonly previous: boolean;
  readonly name: string;
  readonly output: OutputFormat;
}

export function register(program: Command): void {
  program
    .command('logs')
    .description('print what a container wrote')
    .argument('<cluster>', 'where')
    .argument('<pod>', 'NAMESPACE/POD, or NAMESPACE/ and the name of its Deployment')
    .option('-c, --container <container>', 'which, if there are several')
    .option('-f, --follow', 'go on as it writes', false)
    .option('--tail <lines>', 'only the last')
    .option('-p, --previous', 'of the run before this one', false)
    .addOption(nameOption())
    .addOption(outputOption())
    .addHelpText('after', '\nExample:\n  sealane sandbox logs cluster-1 pipy/pipy --tail 20')
    .action(run);
}

async function run(cluster: string, target: string, options: Options): Promise<void> {
  await withContext(checkName(options.name), cluster, async (client) => {
    const pod = await findPod(client, target);
    const body = await client.stream({ path: `${pathOf(PODS, pod, 'log')}?${queryOf(options).toString()}` });
    if (options.output === 'json') printJson({ pod: `${pod.namespace}/${pod.name}`, lines: linesOf(await text(body)) });
    else await pipeline(body, process.stdout, { end: false });
  });
}

function queryOf({ container, follow, tail, previous }: Options): URLSearchParams {
  return new URLSearchParams({
    ...(container === undefined ? {} : { container }),
    ...(follow ? { follow: 'true' } : {}),
    ...(tail === undefined ? {} : { tailLines: tail }),
    ...(previous ? { previous: 'true' } : {}),
  });
}

function linesOf(log: string): string[] {
  return log.replace(/\n$/, '').split('\n');
}
