import type { Lane, Transport } from './lane.ts';
import { plainLane } from './plain/plain-lane.ts';
import { type Support, transportSupport } from './transport-support.ts';

/** A lane, or why there is none. */
export type OpenLane =
  | { readonly lane: Lane }
  | { readonly lane: undefined; readonly refused: Extract<Support, { available: false }> };

const makers: Partial<Record<Transport, () => Lane>> = { Plain: plainLane };

/** The lane that carries a transport. Rejection is data: the caller shows it as a condition. */
export function openLane(transport: Transport): OpenLane {
  const support = transportSupport()[transport];
  const make = makers[transport];

  if (support.available && make) return { lane: make() };
  return { lane: undefined, refused: support.available ? missing(transport) : support };
}

function missing(transport: Transport): Extract<Support, { available: false }> {
  return { available: false, reason: 'TransportUnavailable', message: `nothing carries ${transport} lanes` };
}
