import { findConflicts } from './find-conflicts.ts';
import { mergePorts } from './merge-ports.ts';
import type { ExportRecord, Family, MergedImport, Place } from './model.ts';
import { byAge, byText } from './order.ts';
import { keyMatches } from './place.ts';

/**
 * The one import of a service out of what its exporters say (KEP-1645): the same for any order of `records`.
 *
 * @param records  of ONE service; those not meant for `self` are left out here
 * @param self     name of the importing member, or its place when `targetClusters` may hold keys with region, zone or group
 * @param families that this cluster has, in any order
 * @returns undefined when nobody exports the service to `self`; `ipFamilies` is empty when this cluster has none of the winner's
 */
export function mergeExports(
  records: readonly ExportRecord[],
  self: string | Place,
  families: readonly Family[] = ['IPv4'],
): MergedImport | undefined {
  const place = typeof self === 'string' ? { name: self, region: '', zone: '', group: '' } : self;
  const visible = records.filter((record) => mayImport(record, place)).toSorted(byAge);
  const [winner] = visible;
  if (!winner) return undefined;
  return {
    namespace: winner.namespace,
    name: winner.name,
    ...settingsOf(winner, families),
    ...mergePorts(visible),
    clusters: visible.map(({ cluster }) => cluster).toSorted(byText),
    conflicts: findConflicts(visible),
  };
}

/** An export without `targetClusters` is for everybody; the exporter itself always has its own. */
export function mayImport({ cluster, targetClusters }: ExportRecord, place: Place): boolean {
  return cluster === place.name || !targetClusters || targetClusters.some((key) => keyMatches(key, place));
}

function settingsOf(winner: ExportRecord, families: readonly Family[]) {
  const { type, internalTrafficPolicy, trafficDistribution, sessionAffinity = 'None', sessionAffinityConfig } = winner;
  return {
    type,
    ipFamilies: winner.ipFamilies.filter((family) => families.includes(family)),
    sessionAffinity,
    ...(sessionAffinityConfig && { sessionAffinityConfig }),
    ...(internalTrafficPolicy && { internalTrafficPolicy }),
    ...(trafficDistribution && { trafficDistribution }),
    exportedLabels: winner.exportedLabels ?? {},
    exportedAnnotations: winner.exportedAnnotations ?? {},
  };
}
