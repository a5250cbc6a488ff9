/** What this member has open to those that are drained: the sum of what its agents say in their Leases. */
import type { LeftOver, MemberCluster } from '#api/index.ts';
import { drainedOf, drainsAny, openByService } from '#plan/index.ts';
import { allMembers, type MemberState } from '../member-state.ts';
import type { Agents } from './agents.ts';

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
    services: openByService(said.flatMap(({ services }) => Object.entries(services))).slice(0, SERVICES_MOST),
    ...(metadata.generation !== undefined && { generation: metadata.generation }),
    nodes: inStep.length,
    allNodes: nodes.length,
  };
}

function drainText({ drain = false, drainServices = [], drainDeadline = '' }: MemberCluster['spec'] = {}): string {
  return JSON.stringify([drain, drainServices, drainDeadline]);
}
