import { readdirSync, statSync } from 'node:fs';

const NAMED = '/run/netns';

/**
 * Paths of network namespaces, by inode: named ones, else through a process that lives in one. A path may lead elsewhere a
 * moment later; whoever enters must know whom it looks for.
 * @param wanted absent: all of them
 * @returns those that were found
 */
export function namespacesByInode(wanted?: ReadonlySet<number>): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const path of candidates()) {
    if (found.size === wanted?.size) break;
    const inode = inodeOf(path);
    if (inode === undefined || found.has(inode)) continue;
    if (!wanted || wanted.has(inode)) found.set(inode, path);
  }
  return found;
}

function* candidates(): Generator<string> {
  yield '/proc/thread-self/ns/net';
  for (const name of namesIn(NAMED)) yield `${NAMED}/${name}`;
  for (const name of namesIn('/proc')) if (/^\d+$/.test(name)) yield `/proc/${name}/ns/net`;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

function inodeOf(path: string): number | undefined {
  try {
    return statSync(path).ino;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** The process ended meanwhile, or we may not look at it. */
function isGone(error: unknown): boolean {
  return ['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '');
}
