/**
 * A wall clock that can be set wrong while a process runs, and only there: a module that Node loads before the bundle puts it in
 * the place of `Date`. The product knows nothing of it. Not skewed: monotonic time, the kernel's, and OpenSSL's look at certificates.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type StatePaths, writeState } from './state.ts';

/** Its own file, by the query of its URL, holds milliseconds; looked at again whenever the folder changes. */
export const PRETENDED_CLOCK = `
import { mkdirSync, readFileSync, watch } from 'node:fs';
const folder = new URL('skew/', import.meta.url);
const file = new URL(new URL(import.meta.url).search.slice(1), folder);
const Real = Date;
const now = Real.now;
let ahead = 0;
const read = () => {
  try { ahead = Number(readFileSync(file, 'utf8')) || 0; } catch { ahead = 0; }
};
mkdirSync(folder, { recursive: true });
watch(folder, read).unref();
read();
Real.now = () => now() + ahead;
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
