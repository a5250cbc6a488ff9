/**
 * A wall clock that can be set wrong while a process runs, and only there: a module that Node loads before the bundle puts it in
 * the place of `Date`. The product knows nothing of it. Not skewed: monotonic time, the kernel's, and OpenSSL's look at certificates.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type StatePaths, writeState } from './state.ts';

/**
 * Its own file, by the query of its URL, holds milliseconds; looked at again by who asks for the time 10 ms later: the kernel
 * lets a user watch through 128 inotify instances, which a few sandboxes would use up.
 */
export const PRETENDED_CLOCK = `
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
const file = fileURLToPath(new URL(new URL(import.meta.url).search.slice(1), new URL('skew/', import.meta.url)));
const Real = Date;
const now = Real.now;
let ahead = 0;
let looked = -Infinity;
Real.now = () => {
  if (performance.now() - looked > 10) {
    ahead = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
    looked = performance.now();
  }
  return now() + ahead;
};
globalThis.Date = new Proxy(Real, {
  construct: (target, given, made) => Reflect.construct(target, given.length > 0 ? given : [Real.now()], made),
  apply: () => new globalThis.Date().toString(),
});
`;

/** What `node --import` is given for a process. */
export function clockOf(paths: StatePaths, process: string): string {
  return `${pathToFileURL(paths.clock).href}?${basename(paths.skew(process))}`;
}

/**
 * @param ahead milliseconds, negative: behind, 0: right; noticed within milliseconds, and kept over restarts
 * @returns whether that changes anything
 */
export function setSkew(paths: StatePaths, process: string, ahead: number): boolean {
  const file = paths.skew(process);
  const was = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (was !== ahead) writeState(file, `${ahead}\n`);
  return was !== ahead;
}
