/** Objects and writes against the number of members, as the simulation counts them, where this checkout has one. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Growth } from '../report/results.ts';
import type { Context } from './context.ts';
import { runScript } from './script.ts';

/** Of the checkout; run with `--output json`, it prints `{"points": [{"members": 10, …}, …]}`. */
const PROGRAM = 'sim/limits.ts';

export async function measureGrowth(context: Context): Promise<Growth> {
  if (!existsSync(join(import.meta.dirname, '../..', PROGRAM)))
    throw new Error('the simulation of growth is not in this checkout');
  context.say('growth to 300 clusters, simulated');
  const { points } = (await runScript([PROGRAM], context.signal)) as Growth;
  if (!Array.isArray(points) || points.length < 2) throw new Error(`${PROGRAM} printed no points`);
  return { points };
}
