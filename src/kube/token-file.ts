/** The bearer token of a user: fixed, or in a file that somebody rotates. */
import { readFile } from 'node:fs/promises';
import { type Clock, SealaneError } from '#kit/index.ts';
import type { Access } from './kubeconfig.ts';

const REREAD_MS = 10_000;

/** @returns a function that gives the token to send now, if any */
export function tokenSource(access: Access, clock: Clock): () => Promise<string | undefined> {
  const { tokenFile } = access;
  if (!tokenFile) return () => Promise.resolve(access.token);
  let token: string | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (clock.monotonic() - readAt < REREAD_MS) return token;
    try {
      token = (await readFile(tokenFile, 'utf8')).trim();
      readAt = clock.monotonic();
    } catch (cause) {
      // In the middle of a rotation: the one before is good for a while yet.
      if (token === undefined) throw new SealaneError('kube/bad-kubeconfig', `read token file ${tokenFile}`, { cause });
    }
    return token;
  };
}
