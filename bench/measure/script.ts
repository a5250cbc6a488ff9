/** Runs a benchmark that is a program of its own, or npm's, and takes the JSON that it prints. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { cgroup2Mount, deleteNamespaces, listNamespaces, removeCgroup, startProcess } from '#host/index.ts';

const REPOSITORY = join(import.meta.dirname, '../..');

/** Of the longest, on a machine that is not quiet. */
const LONGEST_MS = 300_000;

/**
 * What it printed counts, also when it says by its exit code that a goal was missed.
 * @throws Error with the end of its standard error when that was no JSON
 */
export async function runScript(args: readonly string[], signal: AbortSignal): Promise<unknown> {
  const temporary = mkdtempSync(join(tmpdir(), 'sealane-bench-'));
  const child = await startProcess({
    command: process.execPath,
    args: [...args, '--output', 'json'],
    directory: REPOSITORY,
    env: { ...process.env, TMPDIR: temporary },
  });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
  const stop = () => void child.signal('SIGKILL');
  limit.addEventListener('abort', stop, { once: true });
  try {
    const said = await Promise.all([
      text(child.stdout as NodeJS.ReadableStream),
      text(child.stderr as NodeJS.ReadableStream),
    ]);
    await child.exited;
    signal.throwIfAborted();
    if (limit.aborted) throw new Error(`it did not end within ${LONGEST_MS / 60_000} minutes`);
    return read(said[0], said[1]);
  } finally {
    limit.removeEventListener('abort', stop);
    await sweep(child.pid, temporary);
  }
}

function read(out: string, err: string): unknown {
  try {
    return JSON.parse(out);
  } catch {
    throw new Error(err.trim().split('\n').slice(-6).join('; ') || 'it printed no JSON');
  }
}

/** Everything that such a program names after itself: one that was broken off leaves it. */
async function sweep(pid: number, temporary: string): Promise<void> {
  const names = [`slt-${pid}-`, `slb-${pid}`];
  const ours = (folder: string) => readdirSync(folder).filter((name) => names.some((one) => name.startsWith(one)));
  endResolvers(temporary);
  for (const name of ours(cgroup2Mount())) await removeCgroup(join(cgroup2Mount(), name));
  for (const name of ours('/sys/fs/bpf')) rmSync(join('/sys/fs/bpf', name), { recursive: true, force: true });
  await deleteNamespaces(names.flatMap((name) => listNamespaces(name)));
  rmSync(temporary, { recursive: true, force: true });
}

/** An agent's resolver outlives it, on purpose. */
function endResolvers(temporary: string): void {
  for (const folder of readdirSync(temporary)) {
    try {
      process.kill(
        (JSON.parse(readFileSync(join(temporary, folder, 'state/resolver.json'), 'utf8')) as { pid: number }).pid,
      );
    } catch {
      // None was started, or it is gone.
    }
  }
}
