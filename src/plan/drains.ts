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
