/** The status of one service's policies: which one is heard, what it means now, how far it is applied. */
import { GLOBAL_TRAFFIC_POLICIES, type GlobalTrafficPolicy, type GlobalTrafficPolicyStatus } from '#api/index.ts';
import { type Claim, choose, readTrafficPolicy } from '#compat/index.ts';
import { deepEqual, type KubeObject, type ResourceType } from '#objects/index.ts';
import {
  compilePort,
  type Exporter,
  type MergedImport,
  type MergedPort,
  type Place,
  type Problem,
  type TrafficPolicy,
  trafficPolicy,
} from '#plan/index.ts';
import type { Agents } from '../clusters/agents.ts';
import { writeConditions } from '../conditions/judge-export.ts';
import type { Judgement } from '../conditions/with-conditions.ts';
import { allMembers, type MemberState, placeOf } from '../member-state.ts';

interface Written {
  readonly object: KubeObject;
  readonly type: ResourceType;
  readonly policy: TrafficPolicy;
  readonly problems: readonly Problem[];
}

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

function policyClaims({ caches }: MemberState, service: string): Claim<Written>[] {
  const own = caches.policies.get(service);
  const claims: Claim<Written>[] = caches.flomeshPolicies.flatMap(({ type, cache }) => {
    const object = cache.get(service);
    const origin = type.group === 'flomesh.io' ? ('flomesh.io' as const) : ('multicluster.flomesh.io' as const);
    return object ? [{ origin, value: { object, type, ...readTrafficPolicy(object) } }] : [];
  });
  if (own) {
    const policy = trafficPolicy(own.spec ?? {}, 'sealane.dev');
    claims.push({
      origin: 'sealane.dev',
      value: { object: own, type: GLOBAL_TRAFFIC_POLICIES, policy, problems: shapeProblems(policy) },
    });
  }
  return claims;
}

/** What the schema's rules say too, for servers that do not evaluate them. */
function shapeProblems({ lbType, targets }: TrafficPolicy): Problem[] {
  if (lbType === 'Locality' && targets.length > 1) {
    return [
      {
        path: 'spec.targets',
        reason: 'InvalidValue',
        message: `spec.targets has ${targets.length} targets, Locality takes at most one`,
      },
    ];
  }
  if (lbType === 'FailOver' && targets.length === 0) {
    return [
      {
        path: 'spec.targets',
        reason: 'InvalidValue',
        message: 'spec.targets is empty, FailOver needs at least one target',
      },
    ];
  }
  return [];
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

function exportersOf(state: MemberState, merged: MergedImport, port: MergedPort): Exporter[] {
  const members = allMembers(state);
  const self = state.settings.cluster;
  return merged.serving.flatMap(({ cluster, ports }): Exporter[] => {
    const served = ports.find((one) => one.name === port.name);
    if (!served) return [];
    const { spec = {}, status } = members.get(cluster) ?? {};
    const { region, zone, group } = placeOf(cluster, spec);
    const reachable = cluster === self || (spec.transport === 'Plain' && (status?.gateways?.length ?? 0) > 0);
    return [
      {
        cluster,
        region,
        zone,
        group,
        ready: served.ready,
        total: served.total,
        eligible: reachable && !spec.drain && !spec.removed,
      },
    ];
  });
}

function places(state: MemberState): Place[] {
  const known = [...allMembers(state).values()].filter(({ spec }) => !spec?.removed);
  const listed = known.map(({ metadata, spec }) => placeOf(metadata.name, spec ?? {}));
  const { cluster } = state.settings;
  return listed.some(({ name }) => name === cluster) ? listed : [...listed, placeOf(cluster, {})];
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
  { metadata, status = {} }: GlobalTrafficPolicy,
  ports: Resolved['ports'],
  agents: Agents,
): Partial<GlobalTrafficPolicyStatus> {
  const nodes = agents.applied(`${metadata.namespace}/${metadata.name}`, metadata.generation ?? 0);
  const next: GlobalTrafficPolicyStatus = { observedGeneration: metadata.generation ?? 0, ports, nodes };
  return Object.fromEntries(
    Object.entries(next).filter(
      ([field, value]) => !deepEqual(status[field as keyof GlobalTrafficPolicyStatus], value as never),
    ),
  );
}
