import type { Command } from 'commander';
import { type PolicyObject, rehearseChange } from '#agent/index.ts';
import { crds } from '#api/index.ts';
import { judgeObject } from '#apiserver/index.ts';
import { compatCrds } from '#compat/index.ts';
import type { Load, Move, Rehearsal } from '#explain/index.ts';
import { SealaneError, silentLog, systemClock } from '#kit/index.ts';
import { readManifests } from '#kube/index.ts';
import { type KubeObject, keyOf, problemText } from '#objects/index.ts';
import { type OutputFormat, outputOption, printJson, printTable } from '../output.ts';

interface Flags {
  readonly file: readonly string[];
  readonly drain: readonly string[];
  readonly fail: readonly string[];
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster: readonly string[];
  readonly overload: number;
  readonly output: OutputFormat;
}

const HELP = `
Without --kubeconfig: every cluster that an agent of this machine belongs to. With a member's: calls of that cluster. With the
hub's: calls of every member, policies as far as Karmada has put them there. A policy given with -f is put into every cluster that
is looked at: narrow with --cluster. Every cluster is taken as calling equally often. Whom a member's gateways take for down gets
none of that member's calls; the hub does not know of it.

Examples:
  sealane rehearse --drain cluster-1
  sealane rehearse -f policy.yaml --cluster cluster-2
  sealane rehearse --fail cluster-1 --kubeconfig hub.kubeconfig --output json

Exit code 1: something would be overloaded, or calls would be refused that are answered now.`;

export function register(program: Command): void {
  program
    .command('rehearse')
    .description('which calls a change would move where, what it would overload and whom it would leave with nobody')
    .option('-f, --file <path>', 'policies: a file, a folder or - ; may be repeated', collected, [])
    .option('--drain <member>', 'as if it were drained; may be repeated', collected, [])
    .option('--fail <member>', 'as if it could not be reached; may be repeated', collected, [])
    .option('--kubeconfig <file>', 'access to a member’s API server, or to the hub’s')
    .option('--context <name>', 'which cluster of the kubeconfig')
    .option('--cluster <member>', 'calls of this cluster; may be repeated', collected, [])
    .option(
      '--overload <percent>',
      'an endpoint is overloaded when it would get more than this share of what the busiest one gets now',
      percent,
      140,
    )
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action(run);
}

async function run({ file, drain, fail, cluster, overload, kubeconfig, context, output }: Flags): Promise<void> {
  if (file.length + drain.length + fail.length === 0)
    throw new SealaneError('cli/bad-flag', 'rehearse: nothing to rehearse', { hint: '-f FILE, --drain or --fail' });
  const rehearsal = await rehearseChange({
    policies: judged((await Promise.all(file.map(readManifests))).flat()),
    drain,
    fail,
    clusters: cluster,
    overload,
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    log: silentLog,
  });
  if (output === 'json') printJson(rehearsal);
  else show(rehearsal);
  if (!rehearsal.safe) process.exitCode = 1;
}

/** All of them, or none. @throws `cli/bad-policy` with every problem by its field */
function judged(objects: readonly KubeObject[]): PolicyObject[] {
  const definitions = [...crds({ role: 'member' }), ...compatCrds()];
  const judgements = objects.map((object) => ({ object, result: judge(definitions, object) }));
  const problems = judgements.flatMap(({ object, result }) =>
    result.ok ? [] : result.problems.map((problem) => `${object.kind} ${keyOf(object)}: ${problemText(problem)}`),
  );
  if (problems.length > 0) {
    throw new SealaneError('cli/bad-policy', `rehearse: ${problems.join('; ')}`, { fields: { problems } });
  }
  return judgements.flatMap(({ result }) => (result.ok ? [result.value as PolicyObject] : []));
}

function judge(definitions: readonly KubeObject[], object: KubeObject) {
  const policies = definitions.filter(({ metadata }) => metadata.name.startsWith('globaltrafficpolicies.'));
  const { namespace = 'default' } = object.metadata;
  return judgeObject(policies, { ...object, metadata: { ...object.metadata, namespace } }, systemClock);
}

function show({ moves, loads, refused, problems, down, safe }: Rehearsal): void {
  const changed = moves.filter(({ before, after }) => before !== after);
  const busier = loads.filter(({ before, after }) => before !== after);
  process.stdout.write(`Calls (percent of each cluster’s own; ${changed.length} of ${moves.length} shares move)\n\n`);
  printTable(changed.map(moveRow), ['from', 'service', 'port', 'to', 'before', 'after']);
  process.stdout.write('\nEach ready endpoint (percent of one cluster’s calls)\n\n');
  printTable(busier.map(loadRow), ['service', 'port', 'cluster', 'ready', 'before', 'after', 'note']);
  const lost = refused.map(
    ({ consumer, service, port }) => `refused: ${consumer} to ${service} ${port}: nobody is left`,
  );
  const unheard = down.map(
    ({ consumer, cluster, gateways }) =>
      `${cluster} is down, says ${consumer}: probes are not answered by ${gateways.join(', ')}`,
  );
  const notes = [...unheard, ...lost, ...problems];
  if (notes.length > 0) process.stdout.write(`\n${notes.join('\n')}\n`);
  process.stdout.write(`\n${safe ? 'nothing overloads, and nobody is refused' : 'not safe'}\n`);
}

function moveRow({ consumer, service, port, calledAs, cluster, before, after }: Move) {
  const name = calledAs === 'Service' ? `${service} (its own name)` : service;
  return { from: consumer, service: name, port, to: cluster, before, after };
}

function loadRow({ service, port, calledAs, cluster, ready, before, after, overloaded }: Load) {
  const name = calledAs === 'Service' ? `${service} (its own name)` : service;
  return { service: name, port, cluster, ready, before, after, note: overloaded ? 'overloaded' : '' };
}

function collected(value: string, all: readonly string[]): readonly string[] {
  return [...all, value];
}

/** @throws `cli/bad-flag` */
function percent(text: string): number {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value >= 100) return value;
  throw new SealaneError('cli/bad-flag', `read --overload "${text}": not a whole number of at least 100`);
}
