/** When a changed count of ready endpoints is worth a write at once: a share that changed much; the rest may wait a second. Pure. */
import type { ClusterExportPort } from '#api/index.ts';

export const COALESCE_MS = 1_000;
const MUCH = 0.1;

/** @returns true when any port went from or to none, or changed by more than a tenth */
export function changedMuch(before: readonly ClusterExportPort[], after: readonly ClusterExportPort[]): boolean {
  return after.some((port, i) => {
    const old = before[i];
    return !old || countsDiffer(old.ready, port.ready);
  });
}

/** Whether the two lists differ in nothing but their counts. */
export function sameButCounts(before: readonly ClusterExportPort[], after: readonly ClusterExportPort[]): boolean {
  const bare = (ports: readonly ClusterExportPort[]) =>
    JSON.stringify(ports.map((port) => ({ ...sorted(port), ready: 0, total: 0 })));
  return bare(before) === bare(after);
}

function countsDiffer(before: number, after: number): boolean {
  if (before === after) return false;
  return before === 0 || after === 0 || Math.abs(after - before) > MUCH * before;
}

function sorted({ name = '', protocol, appProtocol, port, lanePort }: ClusterExportPort) {
  return { name, protocol, appProtocol, port, lanePort };
}
