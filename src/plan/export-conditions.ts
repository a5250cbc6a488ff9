import type { MergedImport } from './model.ts';

/** The `Conflict` condition of one exporter's ServiceExport, as data. */
export interface ExportVerdict {
  readonly cluster: string;
  readonly conflict: boolean;
  /** `NoConflicts`, or the reasons in a fixed order, joined by `,` (the pattern of condition reasons allows no blank). */
  readonly reason: string;
  /** Names winner, losers and field of each conflict. */
  readonly message: string;
}

/** One verdict for each exporter of the import. A conflict is said on all of them: each may be the one to change. */
export function exportConditions({ clusters, conflicts }: MergedImport): readonly ExportVerdict[] {
  const verdict = conflicts.length === 0 ? agreed(clusters.length) : disputed(conflicts);
  return clusters.map((cluster) => ({ cluster, ...verdict }));
}

function agreed(exporters: number) {
  const message = exporters === 1 ? 'the only exporter' : `all ${exporters} exporters agree`;
  return { conflict: false, reason: 'NoConflicts', message };
}

function disputed(conflicts: MergedImport['conflicts']) {
  return {
    conflict: true,
    reason: conflicts.map(({ reason }) => reason).join(','),
    message: conflicts.map(({ message }) => message).join('; '),
  };
}
