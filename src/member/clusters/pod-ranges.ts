/** Where the pods of this cluster have addresses: as told, or as its Nodes say. */
import { mergeRanges } from '#plan/index.ts';
import type { MemberState } from '../member-state.ts';

/** @returns undefined while nobody says: CNIs with addresses of their own do not use the Nodes' */
export function ownPodRanges({ settings, caches }: MemberState): readonly string[] | undefined {
  if (settings.podRanges) return settings.podRanges;
  const nodes = caches.nodes.list();
  const ranges = nodes.map(({ spec = {} }) => spec.podCIDRs ?? (spec.podCIDR ? [spec.podCIDR] : []));
  if (nodes.length === 0 || ranges.some((one) => one.length === 0)) return undefined;
  return mergeRanges(ranges.flat());
}
