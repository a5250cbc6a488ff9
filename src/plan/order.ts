import type { ExportRecord } from './model.ts';

/** For `toSorted`: by code point, the same everywhere (no locale). */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Oldest export first, by the hub's time; those without one last; then by cluster name. Wins conflicts in this order. */
export function byAge(a: ExportRecord, b: ExportRecord): number {
  return bornAt(a) - bornAt(b) || byText(a.cluster, b.cluster);
}

function bornAt({ exportedAt }: ExportRecord): number {
  const time = exportedAt === undefined ? Number.NaN : Date.parse(exportedAt);
  return Number.isNaN(time) ? Number.MAX_SAFE_INTEGER : time;
}
