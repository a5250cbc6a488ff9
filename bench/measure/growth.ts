/** Objects and writes against the number of members, as the simulation counts and works them out, where this checkout has one. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Growth } from '../report/results.ts';
import type { Context } from './context.ts';
import { runScript } from './script.ts';

const PROGRAM = 'sim/main.ts';
/** Of the sizes that it works out, those that are drawn. */
const [SERVICES, CHANGES] = [1_000, 1];

interface Cost {
  readonly objects: number;
  readonly writesPerSecond: number;
}

/** What `npm run sim -- --limits --output json` prints, as far as it is used. */
export interface Limits {
  readonly workedOut: readonly {
    readonly members: number;
    readonly services: number;
    /** A second. */
    readonly changes: number;
    readonly hub: Cost;
    /** Every pod copied to everyone. */
    readonly mesh: Cost;
  }[];
}

export async function measureGrowth(context: Context): Promise<Growth> {
  if (!existsSync(join(import.meta.dirname, '../..', PROGRAM)))
    throw new Error('the simulation of growth is not in this checkout');
  context.say('growth to 300 clusters, simulated');
  return growthOf((await runScript([PROGRAM, '--limits'], context.signal)) as Limits);
}

/** Pure. @throws Error where there are fewer than two points */
export function growthOf({ workedOut }: Limits): Growth {
  const drawn = workedOut.filter(({ services, changes }) => services === SERVICES && changes === CHANGES);
  if (drawn.length < 2)
    throw new Error(`${PROGRAM} says nothing of ${SERVICES} services with ${CHANGES} change a second`);
  return {
    points: drawn.map(({ members, hub, mesh }) => ({
      members,
      'objects on the hub': hub.objects,
      'objects, every pod to everyone': mesh.objects,
      'writes/s to the hub': hub.writesPerSecond,
      'writes/s, every pod to everyone': mesh.writesPerSecond,
    })),
  };
}
