import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { type OutputFormat, outputOption, printJson } from '#cli/index.ts';
import { cgroup2Mount } from '#host/index.ts';
import { SealaneError, systemClock } from '#kit/index.ts';
import { processTable, statePaths, up } from '#sandbox/supervise/index.ts';
import { BUILT_IN, checkName, planNetwork, readTopology, type Topology, withFreeWan } from '#sandbox/topology/index.ts';
import { nameOption } from './options.ts';
import { checkMachine } from './privileges.ts';
import { dryRunText } from './dry-run.ts';

interface Options {
  readonly topology: string;
  /** As others say it. */
  readonly file?: string;
  readonly name: string;
  readonly dryRun: boolean;
  readonly wait: boolean;
  readonly output: OutputFormat;
}

export function register(program: Command): void {
  program
    .command('up')
    .description('bring up a hub and clusters, as a topology says')
    .option('-t, --topology <name|file>', `a YAML file, or one of: ${Object.keys(BUILT_IN).join(', ')}`, 'default')
    .addOption(new Option('-f, --file <file>', 'the same').hideHelp())
    .addOption(nameOption())
    .option('--dry-run', 'only say what would be made', false)
    .option('--no-wait', 'return when every process is started')
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Examples:
  sealane sandbox up
  sealane sandbox up --topology dual-stack --name second
  sealane sandbox up --topology my-topology.yaml --dry-run

A topology:
  transport: Plain            # how clusters reach each other
  nodes: 2                    # in each cluster, unless it says otherwise
  families: [IPv4, IPv6]      # of pods, services and nodes; IPv4 alone if left out
  failover: true              # a cluster with a NoExecute taint is evicted; false if left out
  podRange: [10.244.0.0/16, "fd00:10:244::/56"]   # one of each; the same everywhere: that is the point
  clusters:
    - name: cluster-1
      region: here
    - name: cluster-2
      nodes: 3
      gateways: [node-1]`,
    )
    .action(run);
}

async function run({ topology: wanted, file = wanted, name, dryRun, wait, output }: Options): Promise<void> {
  checkName(name);
  const topology = load(file);
  if (dryRun) return showPlan(name, topology, output);
  checkMachine(topology.wans.map(({ family }) => family));
  await up({ sandbox: name, topology, wait, clock: systemClock, say: (line) => process.stderr.write(`${line}\n`) });
  const { kubeconfig } = statePaths(name);
  if (output === 'json') printJson({ name, kubeconfig, contexts: ['hub', ...topology.clusters.map((it) => it.name)] });
  else process.stdout.write(`sandbox "${name}" is up; KUBECONFIG=${kubeconfig}\n`);
}

function load(file: string): Topology {
  const text = BUILT_IN[file];
  return text === undefined ? readTopology(readText(file), file) : readTopology(text, `built-in ${file}`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SealaneError('sandbox/bad-topology', `read topology ${file}`, {
      cause,
      hint: `a file, or one of ${Object.keys(BUILT_IN).join(', ')}`,
    });
  }
}

async function showPlan(name: string, wanted: Topology, output: OutputFormat): Promise<void> {
  const topology = await withFreeWan(wanted);
  const network = planNetwork(name, topology);
  const processes = processTable(name, topology, statePaths(name), cgroup2Mount());
  if (output === 'json') printJson({ network, processes });
  else process.stdout.write(dryRunText(network, processes, statePaths(name).root));
}
