/** What a run that was killed left behind is taken away by the next. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BPF_FOLDER, cgroup2Mount, deleteNamespaces, listNamespaces, removeCgroup } from '#host/index.ts';

/** Then the process id of the run. */
export const STAGE_PREFIX = 'slbench-';

export async function sweepStale(): Promise<void> {
  for (const name of readdirSync(cgroup2Mount()).filter(isStale)) await removeCgroup(join(cgroup2Mount(), name));
  await deleteNamespaces(listNamespaces(STAGE_PREFIX).filter(isStale));
  for (const name of existsSync(BPF_FOLDER) ? readdirSync(BPF_FOLDER).filter(isStale) : [])
    rmSync(join(BPF_FOLDER, name), { recursive: true });
}

function isStale(name: string): boolean {
  const [, pid] = /^slbench-(\d+)/.exec(name) ?? [];
  return pid !== undefined && !existsSync(`/proc/${pid}`);
}
