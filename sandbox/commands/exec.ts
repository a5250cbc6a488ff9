import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { type OutputFormat, outputOption, printJson } from '#cli/index.ts';
import { execInPod, findPod, withContext } from '#sandbox/client/index.ts';
import { checkName } from '#sandbox/topology/index.ts';
import { nameOption } from './options.ts';

interface Options {
  readonly container?: string;
  readonly stdin: boolean;
  readonly name: string;
  readonly output: OutputFormat;
}

export function register(program: Command): void {
  program
    .command('exec')
    .description('run a command in a pod; its exit code is passed on')
    .argument('<cluster>', 'where')
    .argument('<pod>', 'NAMESPACE/POD, or NAMESPACE/ and the name of its Deployment')
    .argument('<command...>', 'behind --')
    .option('-c, --container <container>', 'which, if there are several')
    .option('-i, --stdin', 'pass standard input on', false)
    .addOption(nameOption())
    .addOption(outputOption())
    .addHelpText('after', '\nExample:\n  sealane sandbox exec cluster-2 curl/curl -- curl -s http://pipy.pipy:8080')
    .action(run);
}

async function run(cluster: string, target: string, command: string[], options: Options): Promise<void> {
  const { container, stdin, name, output } = options;
  await withContext(checkName(name), cluster, async (client, access) => {
    const { namespace, name: pod } = await findPod(client, target);
    const request = {
      namespace,
      pod,
      command,
      ...(container === undefined ? {} : { container }),
      ...(stdin ? { stdin: process.stdin } : {}),
    };
    if (output === 'json') return captured((streams) => execInPod(access, client, { ...request, ...streams }));
    process.exitCode = await execInPod(access, client, { ...request, stdout: process.stdout, stderr: process.stderr });
  });
}

async function captured(
  exec: (streams: { stdout: PassThrough; stderr: PassThrough }) => Promise<number>,
): Promise<void> {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const said = Promise.all([text(streams.stdout), text(streams.stderr)]);
  const exitCode = await exec(streams);
  streams.stdout.end();
  streams.stderr.end();
  const [stdout, stderr] = await said;
  printJson({ exitCode, stdout, stderr });
  process.exitCode = exitCode;
}
