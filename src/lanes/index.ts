/** Door of `lanes`: how packets get from one member to another. */
export { type Lane, type LaneAddress, type LaneCondition, type Peer, type Transport } from './lane.ts';
export { type OpenLane, openLane } from './open-lane.ts';
export { plainLane } from './plain/plain-lane.ts';
export { type Support, transportSupport } from './transport-support.ts';
