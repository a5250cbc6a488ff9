import { readdirSync } from 'node:fs';
import { mapUse, openPinnedMap } from '#kernel/index.ts';
import { messageOf } from '#kit/index.ts';

const MOST = 500;

/** The first entries of each table as they are, in hexadecimal; elements of arrays that are zero are left out. */
export function dumpTables(pinDir: string): Record<string, unknown> {
  return Object.fromEntries(readdirSync(`${pinDir}/maps`).map((name) => [name, dump(`${pinDir}/maps/${name}`)]));
}

function dump(path: string): unknown {
  const use = mapUse(path);
  const map = openPinnedMap(path);
  try {
    return { ...use, entries: firstEntries(map.entries()) };
  } catch (error) {
    return { ...use, entries: messageOf(error) }; // such as those of sockets, which cannot be read
  } finally {
    map.close();
  }
}

function firstEntries(entries: Iterable<readonly [Buffer, Buffer]>): [string, string][] {
  const found: [string, string][] = [];
  let looked = 0;
  for (const [key, value] of entries) {
    if (value.some((byte) => byte !== 0)) found.push([key.toString('hex'), value.toString('hex')]);
    if (found.length === MOST || ++looked === 20 * MOST) break;
  }
  return found;
}
