import type { Member } from './model.ts';

/** What of a member is being drained. */
export type Drained = Pick<Member, 'drained' | 'drainedServices'>;

/** The part of a MemberCluster's `spec` that says so; everything may be absent. */
export interface DrainSpec {
  readonly drain?: boolean;
  readonly drainServices?: readonly string[];
}

export function drainedOf({ drain = false, drainServices = [] }: DrainSpec): Drained {
  return { drained: drain, drainedServices: drainServices };
}

/** Whether anything of it is. */
export function drainsAny({ drained, drainedServices = [] }: Drained): boolean {
  return drained || drainedServices.length > 0;
}

/** Whether new connections to a service go elsewhere. @param service `namespace/name` */
export function drains({ drained, drainedServices = [] }: Drained, service: string): boolean {
  return drained || drainedServices.includes(service);
}

/** Sums by service, the most first. @param counts service and connections, in any order */
export function openByService(counts: Iterable<readonly [service: string, connections: number]>) {
  const sums = new Map<string, number>();
  for (const [service, connections] of counts) sums.set(service, (sums.get(service) ?? 0) + connections);
  return [...sums]
    .map(([service, connections]) => ({ service, connections }))
    .toSorted((a, b) => b.connections - a.connections || (a.service < b.service ? -1 : 1));
}
