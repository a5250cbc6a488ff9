import type { Exporter, Place, Problem, TargetKey, Tier } from './model.ts';
import { byText } from './order.ts';
import { keyMatches, parseKey } from './place.ts';

export interface MatchedTargets {
  /** For each key in its order, the exporters that it means, by name; may be empty. */
  readonly groups: readonly Tier[];
  readonly problems: readonly Problem[];
}

/**
 * Resolve each key to the exporters that it means, together. A key that means nobody becomes a problem: because no member is
 * called so, or because the member does not export this port.
 */
export function matchTargets(
  keys: readonly TargetKey[],
  exporters: readonly Exporter[],
  members: readonly Place[] = [],
): MatchedTargets {
  const groups = keys.map(({ clusterKey, weight }) =>
    exporters
      .filter((exporter) => keyMatches(clusterKey, placeOf(exporter)))
      .map(({ cluster }) => ({ cluster, weight: wholeWeight(weight) }))
      .toSorted((a, b) => byText(a.cluster, b.cluster)),
  );
  const problems = keys.flatMap((key, i) => (groups[i]?.length ? [] : [problemOf(key, i, members)]));
  return { groups, problems };
}

function wholeWeight(weight: number): number {
  return Number.isFinite(weight) ? Math.max(0, Math.trunc(weight)) : 0;
}

export function placeOf({ cluster, region, zone, group }: Exporter): Place {
  return { name: cluster, region, zone, group };
}

function problemOf({ clusterKey }: TargetKey, index: number, members: readonly Place[]): Problem {
  const path = `spec.targets[${index}].clusterKey`;
  if (!parseKey(clusterKey)) return { path, reason: 'MalformedKey', message: malformed(path, clusterKey) };
  const meant = members.filter((member) => keyMatches(clusterKey, member)).map(({ name }) => name);
  if (meant.length > 0) {
    return {
      path,
      reason: 'NotExported',
      message: `${path}: "${clusterKey}" (${list(meant)}) does not export this port`,
    };
  }
  return { path, reason: 'UnknownCluster', message: unknown(path, clusterKey, members) };
}

function malformed(path: string, clusterKey: string): string {
  return `${path} is "${clusterKey}", expected region/zone/group/cluster (any part may be *) or a cluster's name`;
}

function unknown(path: string, clusterKey: string, members: readonly Place[]): string {
  const known = members.length > 0 ? `members: ${list(members.map(({ name }) => name))}` : 'see: sealane status';
  return `${path}: no member is called "${clusterKey}" (${known})`;
}

function list(names: readonly string[]): string {
  const sorted = names.toSorted(byText);
  return sorted.length > 8 ? `${sorted.slice(0, 8).join(', ')} and ${sorted.length - 8} more` : sorted.join(', ');
}
