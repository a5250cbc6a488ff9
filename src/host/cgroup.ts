/** cgroup v2 folders: a cgroup is used to see to which node a process belongs, never to limit it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, SealaneError, sleep, systemClock } from '#kit/index.ts';

/** With parents. @param path absolute folder below the cgroup2 mount */
export function createCgroup(path: string): void {
  mkdirSync(path, { recursive: true });
}

/** Process ids in the cgroup and all below it. */
export function processesIn(path: string): number[] {
  return existsSync(path) ? below(path).flatMap(ownProcesses) : [];
}

/**
 * Kills every process in it and below, then removes the folders.
 * @throws `host/cgroup-busy` when processes do not go within `timeoutMs`
 */
export async function removeCgroup(
  path: string,
  { clock = systemClock, timeoutMs = 10_000 }: { clock?: Clock; timeoutMs?: number } = {},
): Promise<void> {
  if (!existsSync(path)) return;
  killCgroup(path);
  const end = clock.monotonic() + timeoutMs;
  while (!removeFolders(path)) {
    if (clock.monotonic() > end) {
      throw new SealaneError(
        'host/cgroup-busy',
        `remove cgroup ${path}: processes ${processesIn(path).join(', ')} do not go`,
      );
    }
    killCgroup(path);
    await sleep(clock, 10);
  }
}

/** SIGKILL to everything in it and below. `cgroup.kill` is there since Linux 5.14. */
export function killCgroup(path: string): void {
  if (!existsSync(path)) return;
  const file = join(path, 'cgroup.kill');
  if (existsSync(file)) return writeFileSync(file, '1');
  for (const pid of processesIn(path)) killOne(pid);
}

/** Innermost first, which is the order they can be removed in. */
function below(path: string): string[] {
  const folders = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...folders.flatMap(({ name }) => below(join(path, name))), path];
}

function ownProcesses(path: string): number[] {
  return readFileSync(join(path, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
}

function removeFolders(path: string): boolean {
  try {
    for (const folder of below(path)) rmdirSync(folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return !existsSync(path);
    if (code === 'EBUSY' || code === 'ENOTEMPTY') return false;
    throw error;
  }
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
