import type { ExportRecord, Family, MergedImport, Place } from './model.ts';

/**
 * The one import of a service out of what its exporters say (KEP-1645).
 *
 * @param records  of ONE service, any order; those not meant for `self` are left out here
 * @param self     name of the importing member, or its place when `targetClusters` may hold keys such as a wildcard
 * @param families that this cluster has, in any order
 * @returns undefined when nobody exports the service to `self`
 */
export function mergeExports(
  records: readonly ExportRecord[],
  self: string | Place,
  families: readonly Family[] = ['IPv4'],
): MergedImport | undefined {
  throw new Error(`not written: ${records.length} ${String(self)} ${families}`);
}
