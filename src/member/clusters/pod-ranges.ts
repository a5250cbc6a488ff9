/** Where the pods of this cluster have addresses: as told, or as its Nodes say. */
import type { Node } from '#api/index.ts';
import type { Cache } from '#kube/index.ts';
import { mergeRanges, type PodRanges } from '#plan/index.ts';
import type { MemberSettings } from '../options.ts';

/** @returns undefined while nobody says: CNIs with addresses of their own do not use the Nodes' */
export function followPodRanges({ podRanges }: MemberSettings, nodes: Cache<Node>): () => PodRanges {
  if (podRanges) return () => podRanges;
  let known: { readonly ranges: PodRanges } | undefined;
  nodes.onChange(() => {
    known = undefined;
  });
  return () => (known ??= { ranges: rangesOf(nodes.list()) }).ranges;
}

function rangesOf(nodes: readonly Node[]): PodRanges {
  const ranges = nodes.map(({ spec = {} }) => spec.podCIDRs ?? (spec.podCIDR ? [spec.podCIDR] : []));
  if (nodes.length === 0 || ranges.some((one) => one.length === 0)) return undefined;
  return mergeRanges(ranges.flat());
}
