/** Which kernel tables are more than 80 % full. Those that throw old entries out by themselves do not count. */
import { existsSync, readdirSync } from 'node:fs';
import { isEvicting, mapUse } from '#kernel/index.ts';
import { type Clock, sleep } from '#kit/index.ts';

const FULL = 0.8;

/**
 * @param use entries in use of the arrays that the agent writes
 * @param flows entries in use of tables of flows, in which those that are over stay; asked when one looks full
 * @returns share in use by table, rounded to whole per cents, so that it does not change all the time
 */
export async function fullTables(
  pinDir: string,
  use: Readonly<Record<string, number>>,
  flows: () => Promise<Readonly<Record<string, number>>>,
  clock: Clock,
): Promise<Record<string, number>> {
  const folder = `${pinDir}/maps`;
  const full: Record<string, number> = {};
  let flowsInUse: ReturnType<typeof flows> | undefined; // each of them is read for that
  for (const map of existsSync(folder) ? readdirSync(folder).toSorted() : []) {
    const { used = use[map] ?? 0, maxEntries, type } = mapUse(`${folder}/${map}`, { arrays: false });
    await sleep(clock, 0); // a large one takes milliseconds
    if (used <= FULL * maxEntries || isEvicting(type)) continue;
    const { [map]: inUse = used } = await (flowsInUse ??= flows());
    if (inUse > FULL * maxEntries) full[map] = Math.round((100 * inUse) / maxEntries) / 100;
  }
  return full;
}
