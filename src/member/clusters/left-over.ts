/** What this member has open to those that are drained: the sum of what its agents say in their Leases. */
import type { LeftOver, MemberCluster } from '#api/index.ts';
import { drainedOf, drainsAny } from '#plan/index.ts';
import { allMembers, type MemberState } from '../member-state.ts';
import type { Agents, SaidOfDrain } from './agents.ts';

/** Of one member. */
const SERVICES_MOST = 20;

export function leftOver({ caches }: Pick<MemberState, 'caches'>, agents: Pick<Agents, 'drains'>): LeftOver[] {
  return [...allMembers({ caches }).values()]
    .filter(({ spec = {} }) => !spec.removed && drainsAny(drainedOf(spec)))
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map((drained) => leftTo(drained, caches.mirrors.get(drained.metadata.name), agents));
}

/** Agents act on the mirror: one that is not what the hub says yet is nobody's answer to the hub. */
function leftTo({ metadata, spec }: MemberCluster, mirror: MemberCluster | undefined, agents: Pick<Agents, 'drains'>) {
  const nodes = agents.drains(metadata.name);
  const said = nodes.flatMap((one) => one ?? []);
  const isMirrored = mirror !== undefined && drainText(mirror.spec) === drainText(spec);
  const inStep = said.filter(({ generation }) => isMirrored && generation === mirror.metadata.generation);
  return {
    cluster: metadata.name,
    connections: said.reduce((sum, { connections }) => sum + connections, 0),
    services: byService(said),
    ...(metadata.generation !== undefined && { generation: metadata.generation }),
    nodes: inStep.length,
    allNodes: nodes.length,
  };
}

function drainText({ drain = false, drainServices = [], drainDeadline = '' }: MemberCluster['spec'] = {}): string {
  return JSON.stringify([drain, drainServices, drainDeadline]);
}

function byService(said: readonly SaidOfDrain[]): NonNullable<LeftOver['services']> {
  const sums = new Map<string, number>();
  for (const [service, connections] of said.flatMap(({ services }) => Object.entries(services)))
    sums.set(service, (sums.get(service) ?? 0) + connections);
  return [...sums]
    .map(([service, connections]) => ({ service, connections }))
    .toSorted((a, b) => b.connections - a.connections || (a.service < b.service ? -1 : 1))
    .slice(0, SERVICES_MOST);
}
