/** No endless running in circles: a run has so many events and not many more. */
import type { Invariant, Watched } from './invariant.ts';

/** Of a member; every service has each of them do something. */
const EVENTS = { first: 60_000, perService: 2_000 };

export function comesToRest({ world, scenario }: Watched): Invariant {
  const most = scenario.members * (EVENTS.first + EVENTS.perService * scenario.services.length);
  return {
    name: 'comes to rest',
    check: () => (world.time.ran > most ? `${world.time.ran} events, and no end in sight` : undefined),
  };
}
