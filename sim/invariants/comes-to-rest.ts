/** No endless running in circles: a run has so many events and not many more. */
import type { Invariant, Watched } from './invariant.ts';

const EVENTS = { perMember: 60_000 };

export function comesToRest({ world, scenario }: Watched): Invariant {
  return {
    name: 'comes to rest',
    check: () =>
      world.time.ran > EVENTS.perMember * scenario.members
        ? `${world.time.ran} events, and no end in sight`
        : undefined,
  };
}
