/** How far a drain has come, told from what every member says that it still has open. */
import type { LeftOver, MemberCluster } from '#api/index.ts';

/** `NotDraining`, then `Spreading` (somebody may open connections yet), `Emptying` (connections are left), `Drained`. */
export type DrainPhase = 'NotDraining' | 'Spreading' | 'Emptying' | 'Drained';

export interface DrainProgress {
  readonly cluster: string;
  readonly phase: DrainPhase;
  /** Open to it, as far as told. */
  readonly connections: number;
  readonly services: readonly { readonly service: string; readonly connections: number }[];
  /** Members that have not told that each of their nodes opens no new ones. */
  readonly waitingFor: readonly string[];
  /** ISO 8601; what is left then is ended. */
  readonly deadline?: string;
}

/** @param members all of the set, as on the hub; the one that is drained among them has callers as well */
export function drainProgress(members: readonly MemberCluster[], cluster: string): DrainProgress {
  const { spec = {} } = members.find(({ metadata }) => metadata.name === cluster) ?? {};
  const told = members
    .filter((member) => !member.spec?.removed)
    .map((member) => ({ member, left: leftOf(member, cluster) }));
  const waitingFor = told
    .filter(({ left }) => !left || left.nodes < left.allNodes)
    .map(({ member }) => member.metadata.name);
  const connections = told.reduce((sum, { left }) => sum + (left?.connections ?? 0), 0);
  return {
    cluster,
    phase: phaseOf(spec.drain || (spec.drainServices?.length ?? 0) > 0, waitingFor.length, connections),
    connections,
    services: sumByService(told.flatMap(({ left }) => left?.services ?? [])),
    waitingFor,
    ...(spec.drainDeadline && { deadline: spec.drainDeadline }),
  };
}

function phaseOf(drains: boolean, waiting: number, connections: number): DrainPhase {
  if (!drains) return 'NotDraining';
  if (waiting > 0) return 'Spreading';
  return connections > 0 ? 'Emptying' : 'Drained';
}

function leftOf({ status }: MemberCluster, cluster: string): LeftOver | undefined {
  return status?.leftOver?.find((left) => left.cluster === cluster);
}

function sumByService(all: NonNullable<LeftOver['services']>): DrainProgress['services'] {
  const sums = new Map<string, number>();
  for (const { service, connections } of all) sums.set(service, (sums.get(service) ?? 0) + connections);
  return [...sums]
    .map(([service, connections]) => ({ service, connections }))
    .toSorted((a, b) => b.connections - a.connections || (a.service < b.service ? -1 : 1));
}
