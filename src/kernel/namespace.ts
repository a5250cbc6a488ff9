import { closeSync, openSync } from 'node:fs';
import { SealaneError } from '#kit/index.ts';
import { checked } from './faults.ts';
import { setns } from './native.ts';

const CLONE_NEWNET = 0x40000000;
const OWN = '/proc/thread-self/ns/net';

/**
 * Runs `run` inside another network namespace: sockets it makes stay there, devices it names are those of there.
 * Only this thread moves, and only until `run` returns, so it must be synchronous.
 * @param path `/run/netns/<name>` or `/proc/<pid>/ns/net`
 * @throws SealaneError kernel/namespace
 */
export function enterNamespace<T>(path: string, run: () => T extends PromiseLike<unknown> ? never : T): T {
  const own = openNamespace(OWN);
  try {
    const other = openNamespace(path);
    try {
      checked(setns(other, CLONE_NEWNET), 'kernel/namespace', `enter network namespace ${path}`);
    } finally {
      closeSync(other);
    }
    try {
      return run();
    } finally {
      checked(setns(own, CLONE_NEWNET), 'kernel/namespace', 'return to the own network namespace');
    }
  } finally {
    closeSync(own);
  }
}

function openNamespace(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw new SealaneError('kernel/namespace', `open network namespace ${path}`, { cause });
  }
}
