import { type Command, Option } from 'commander';
import { stringify } from 'yaml';
import { printJson, printTable } from '#cli/index.ts';
import { type Client, pathOf } from '#kube/index.ts';
import type { ResourceType } from '#objects/index.ts';
import { readTable, typeOfWord, withContext } from '#sandbox/client/index.ts';
import { checkName } from '#sandbox/topology/index.ts';
import { contextOption, nameOption } from './options.ts';

interface Options {
  readonly context: string;
  readonly namespace: string;
  readonly allNamespaces: boolean;
  readonly selector?: string;
  readonly name: string;
  readonly output: 'table' | 'json' | 'yaml';
}

export function register(program: Command): void {
  program
    .command('get')
    .description('show objects')
    .argument('<type>', 'such as pods, po, deployments.apps, gtp')
    .argument('[object]', 'its name')
    .addOption(contextOption())
    .option('-n, --namespace <namespace>', 'where', 'default')
    .option('-A, --all-namespaces', 'everywhere', false)
    .option('-l, --selector <labels>', 'only those with these labels')
    .addOption(nameOption())
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['table', 'json', 'yaml']).default('table'))
    .addHelpText(
      'after',
      '\nExamples:\n  sealane sandbox get pods -A --context cluster-1\n  sealane sandbox get mc cluster-1 -o yaml',
    )
    .action(run);
}

async function run(word: string, object: string | undefined, options: Options): Promise<void> {
  await withContext(checkName(options.name), options.context, async (client) => {
    const type = await typeOfWord(client, word);
    const path = pathTo(type, object, options);
    if (options.output === 'table') return showTable(client, path, type, options);
    const answer = await client.json({ path });
    if (options.output === 'json') printJson(answer);
    else process.stdout.write(stringify(answer, { aliasDuplicateObjects: false }));
  });
}

function pathTo(type: ResourceType, name: string | undefined, { namespace, allNamespaces, selector }: Options): string {
  const path = pathOf(type, { ...(allNamespaces ? {} : { namespace }), ...(name === undefined ? {} : { name }) });
  return selector === undefined ? path : `${path}?labelSelector=${encodeURIComponent(selector)}`;
}

async function showTable(client: Client, path: string, type: ResourceType, { allNamespaces }: Options): Promise<void> {
  const { columns, rows } = await readTable(client, path, allNamespaces && type.namespaced);
  if (rows.length === 0) process.stderr.write(`no ${type.plural}\n`);
  else printTable(rows, columns);
}
