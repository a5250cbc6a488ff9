import type { Lane, LaneCondition } from '../lane.ts';

/**
 * Lanes over a network that is private already: the caller's node sends to the gateway's own address and lane port.
 * There is nothing to set up, nothing is encrypted, and a peer is known by its source prefix only.
 */
export function plainLane(): Lane {
  return {
    transport: 'Plain',
    overheadBytes: 0,
    prepare: () => Promise.resolve(),
    teardown: () => Promise.resolve(),
    addressOf: (peer, lanePort) => ({ address: peer.address, port: lanePort }),
    condition: () => unauthenticated,
  };
}

const unauthenticated: LaneCondition = {
  status: 'True',
  reason: 'Unauthenticated',
  message: 'plain lanes are neither encrypted nor authenticated: callers are known by source prefix only',
};
