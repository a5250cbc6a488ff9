/** The status of one service's policies: which one is heard, what it means now, how far it is applied. */
import { GLOBAL_TRAFFIC_POLICIES, type GlobalTrafficPolicy, type GlobalTrafficPolicyStatus } from '#api/index.ts';
import { choose } from '#compat/index.ts';
import { deepEqual, type KubeObject } from '#objects/index.ts';
import { compilePort, type MergedImport, type Problem, type TrafficPolicy } from '#plan/index.ts';
import type { Agents } from '../clusters/agents.ts';
import { writeConditions } from '../conditions/judge-export.ts';
import type { Judgement } from '../conditions/with-conditions.ts';
import type { MemberState } from '../member-state.ts';
import { exportersOf, places } from './exporters.ts';
import { policyClaims, type Written } from './policy-claims.ts';

/** @param service `namespace/name` */
export async function keepPolicy(
  state: MemberState,
  agents: Agents,
  service: string,
  merged: MergedImport | undefined,
): Promise<void> {
  const chosen = choose(policyClaims(state, service));
  if (!chosen) return;
  const { value } = chosen.winner;
  const resolved = resolve(state, value.policy, merged);
  const judgements = [
    accepted(value),
    targetsResolved(merged, resolved.problems, service),
    programmed(agents, service, value.object),
  ];
  await writeConditions(
    state,
    value,
    judgements,
    [],
    ours(value) ? changedStatus(value.object as GlobalTrafficPolicy, resolved.ports, agents) : {},
  );
  for (const { value: ignored, message } of chosen.ignored) {
    const judgement: Judgement = { type: 'Accepted', status: 'False', reason: 'Ignored', message };
    await writeConditions(state, ignored, [judgement], ['TargetsResolved', 'Programmed']);
  }
}

interface Resolved {
  readonly ports: NonNullable<GlobalTrafficPolicyStatus['ports']>;
  readonly problems: readonly Problem[];
}

function resolve(state: MemberState, policy: TrafficPolicy, merged: MergedImport | undefined): Resolved {
  const members = places(state);
  const self = state.settings.cluster;
  const common = { self, calledAs: 'ClusterSet' as const, policy, members };
  if (!merged) return { ports: [], problems: compilePort({ ...common, exporters: [] }).problems };
  const compiled = merged.ports.map((port) => ({
    port,
    ...compilePort({
      ...common,
      internalTrafficPolicy: merged.internalTrafficPolicy,
      exporters: exportersOf(state, merged, port),
    }),
  }));
  const problems = new Map(
    compiled.flatMap((one) => one.problems).map((problem) => [`${problem.path} ${problem.message}`, problem]),
  );
  return {
    problems: [...problems.values()],
    ports: compiled.map(({ port, resolved }) => ({
      name: port.name,
      protocol: port.protocol,
      port: port.port,
      tiers: resolved.map((tier) => ({ clusters: tier.map(({ cluster, weight }) => ({ cluster, weight })) })),
    })),
  };
}

function accepted({ problems }: Written): Judgement {
  const [problem] = problems;
  if (!problem) return { type: 'Accepted', status: 'True', reason: 'Accepted', message: 'the policy is heard' };
  return {
    type: 'Accepted',
    status: 'False',
    reason: problem.reason,
    message: problems.map(({ message }) => message).join('; '),
  };
}

function targetsResolved(merged: MergedImport | undefined, problems: readonly Problem[], service: string): Judgement {
  const [problem] = problems;
  if (problem) {
    const message = problems.map((one) => one.message).join('; ');
    return { type: 'TargetsResolved', status: 'False', reason: problem.reason, message };
  }
  if (!merged)
    return { type: 'TargetsResolved', status: 'False', reason: 'NotExported', message: `no member exports ${service}` };
  return {
    type: 'TargetsResolved',
    status: 'True',
    reason: 'Resolved',
    message: 'every target means a member that exports the service',
  };
}

function programmed(agents: Agents, service: string, { metadata }: KubeObject): Judgement {
  const nodes = agents.applied(service, metadata.generation ?? 0);
  const message = `${nodes.programmed} of ${nodes.total} nodes`;
  if (nodes.total === 0)
    return { type: 'Programmed', status: 'Unknown', reason: 'NoAgents', message: 'no agent is alive in this cluster' };
  if (nodes.programmed < nodes.total) return { type: 'Programmed', status: 'False', reason: 'Pending', message };
  return { type: 'Programmed', status: 'True', reason: 'Programmed', message };
}

function ours({ type }: Written): boolean {
  return type.group === GLOBAL_TRAFFIC_POLICIES.group;
}

/** The fields of the status that differ. */
function changedStatus(
  { metadata, spec, status = {} }: GlobalTrafficPolicy,
  ports: Resolved['ports'],
  agents: Agents,
): Partial<GlobalTrafficPolicyStatus> {
  const nodes = agents.applied(`${metadata.namespace}/${metadata.name}`, metadata.generation ?? 0);
  const targetsShown = (spec?.targets ?? []).map(({ clusterKey }) => clusterKey).join(', ');
  const next: GlobalTrafficPolicyStatus = { observedGeneration: metadata.generation ?? 0, ports, targetsShown, nodes };
  return Object.fromEntries(
    Object.entries(next).filter(
      ([field, value]) => !deepEqual(status[field as keyof GlobalTrafficPolicyStatus], value as never),
    ),
  );
}
