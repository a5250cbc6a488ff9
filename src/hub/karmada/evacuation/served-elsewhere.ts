/** Whether what a member exports would be served without it. Pure. */
import type { ClusterExport, MemberCluster } from '#api/index.ts';
import { leftAlone } from '#explain/index.ts';

export interface ServedView {
  readonly cluster: string;
  readonly members: readonly MemberCluster[];
  /** Of all members, as on the hub. */
  readonly records: readonly ClusterExport[];
  /** Members that are being evacuated too: nobody's substitute. */
  readonly leaving: (member: string) => boolean;
}

/**
 * What a drain would leave with nobody, as `demo/web`. Stricter than for a person who asks for one: nobody else who is leaving
 * counts, nor an export that an importer has not taken in yet.
 */
export function servedOnlyThere({ cluster, members, records, leaving }: ServedView): string[] {
  const staying = members.filter(({ metadata }) => metadata.name === cluster || !leaving(metadata.name));
  const importers = members.filter(({ spec }) => !spec?.removed);
  const known = records.filter(({ spec }) => spec.cluster === cluster || isKnown(spec, importers));
  return leftAlone(staying, known, cluster, { drained: true });
}

function isKnown({ cluster, epoch = 0 }: ClusterExport['spec'], importers: readonly MemberCluster[]): boolean {
  return importers.every(
    ({ metadata, status }) => metadata.name === cluster || (status?.observed?.[cluster] ?? 0) >= epoch,
  );
}
