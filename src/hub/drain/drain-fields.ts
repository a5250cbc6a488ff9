import type { MemberClusterSpec } from '#api/index.ts';
import { SealaneError } from '#kit/index.ts';

export interface DrainChange {
  /** `namespace/name`; none: all of the cluster. */
  readonly services: readonly string[];
  /** Milliseconds since 1970. */
  readonly deadline?: number;
  readonly undo: boolean;
}

/** The part of a MemberCluster's spec that says what is drained; null takes a field away. */
export interface DrainFields {
  readonly drain: boolean;
  readonly drainServices: readonly string[] | null;
  readonly drainDeadline: string | null;
}

type Before = Pick<MemberClusterSpec, 'drain' | 'drainServices' | 'drainDeadline'>;

/**
 * Services are added to those that are drained, or taken from them. An earlier deadline stays while it is to come: one that is past
 * would end connections at once that nobody has spoken of.
 *
 * @param now milliseconds since 1970. @throws `hub/drained-whole`
 */
export function drainFields(before: Before, change: DrainChange, now: number): DrainFields {
  const { drain = false, drainServices = [] } = before;
  const { services, undo } = change;
  if (undo && services.length > 0 && drain) {
    throw new SealaneError('hub/drained-whole', `take back the drain of ${services.join(', ')}: all is drained`, {
      hint: '--undo without --service takes it back',
    });
  }
  const kept = new Set(undo ? drainServices.filter((one) => !services.includes(one)) : [...drainServices, ...services]);
  if (undo && (services.length === 0 || kept.size === 0))
    return { drain: false, drainServices: null, drainDeadline: null };
  return {
    drain: drain || services.length === 0,
    drainServices: kept.size > 0 ? [...kept] : null,
    drainDeadline: deadlineOf(before, change, now),
  };
}

function deadlineOf({ drainDeadline = '' }: Before, { deadline }: DrainChange, now: number): string | null {
  if (deadline !== undefined) return new Date(deadline).toISOString();
  return Date.parse(drainDeadline) > now ? drainDeadline : null;
}
