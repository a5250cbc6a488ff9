import type { MergedImport } from './model.ts';

/** The `Conflict` condition of one exporter's ServiceExport, as data. */
export interface ExportVerdict {
  readonly cluster: string;
  readonly conflict: boolean;
  /** `NoConflicts`, or the reasons sorted and joined by `,`. */
  readonly reason: string;
  /** Names winner, losers and field of each conflict. */
  readonly message: string;
}

/** One verdict for each exporter of the import. */
export function exportConditions(merged: MergedImport): readonly ExportVerdict[] {
  throw new Error(`not written: ${merged.name}`);
}
