/** How far a drain has come, told from what every member says that it still has open. */
import type { LeftOver } from '#api/index.ts';
import { drainedOf, type DrainSpec, drainsAny, openByService } from '#plan/index.ts';

/** `NotDraining`, then `Spreading` (somebody may open connections yet), `Emptying` (connections are left), `Drained`. */
export type DrainPhase = 'NotDraining' | 'Spreading' | 'Emptying' | 'Drained';

/** What is read of a MemberCluster. */
export interface DrainView {
  readonly metadata: { readonly name: string; readonly generation?: number };
  readonly spec?: DrainSpec & { readonly drainDeadline?: string; readonly removed?: boolean };
  readonly status?: { readonly leftOver?: readonly LeftOver[] };
}

export interface DrainProgress {
  readonly cluster: string;
  readonly phase: DrainPhase;
  /** Open to it, as far as told. */
  readonly connections: number;
  readonly services: readonly { readonly service: string; readonly connections: number }[];
  /** Who has connections open to it, the most first. */
  readonly members: readonly { readonly member: string; readonly connections: number }[];
  /** Members that have not told that each of their nodes opens no new ones, since the drain was last changed. */
  readonly waitingFor: readonly string[];
  /** ISO 8601; what is left then is ended. */
  readonly deadline?: string;
}

/** @param members all of the set, as on the hub; the one that is drained among them has callers as well */
export function drainProgress(members: readonly DrainView[], cluster: string): DrainProgress {
  const { metadata, spec = {} } = members.find((member) => member.metadata.name === cluster) ?? {};
  const told = members
    .filter((member) => !member.spec?.removed)
    .map((member) => ({ member, left: leftOf(member, cluster) }));
  const waitingFor = told
    .filter(({ left }) => !left || left.nodes < left.allNodes || !isAnswerTo(left, metadata?.generation))
    .map(({ member }) => member.metadata.name);
  const open = told.map(({ member, left }) => ({ member: member.metadata.name, connections: left?.connections ?? 0 }));
  const connections = told.reduce((sum, { left }) => sum + (left?.connections ?? 0), 0);
  return {
    cluster,
    phase: phaseOf(drainsAny(drainedOf(spec)), waitingFor.length, connections),
    connections,
    services: openByService(
      told.flatMap(({ left }) => left?.services ?? []).map(({ service, connections }) => [service, connections]),
    ),
    members: open.filter((one) => one.connections > 0).toSorted((a, b) => b.connections - a.connections),
    waitingFor,
    ...(spec.drainDeadline && { deadline: spec.drainDeadline }),
  };
}

function phaseOf(drains: boolean, waiting: number, connections: number): DrainPhase {
  if (!drains) return 'NotDraining';
  if (waiting > 0) return 'Spreading';
  return connections > 0 ? 'Emptying' : 'Drained';
}

/** What was told of an earlier drain, or of fewer services, is no answer. A member of before generations were told is believed. */
function isAnswerTo({ generation }: LeftOver, asked: number | undefined): boolean {
  return generation === undefined || asked === undefined || generation === asked;
}

function leftOf({ status }: DrainView, cluster: string): LeftOver | undefined {
  return status?.leftOver?.find((left) => left.cluster === cluster);
}
