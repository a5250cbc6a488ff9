/** What every transport between two members offers to the agent that carries lanes: one interface, one suite (lane-suite.ts). */
import type { Address } from '#kit/index.ts';

/** `MemberCluster.spec.transport`. */
export type Transport = 'Plain' | 'WireGuard' | 'MTLS';

/** The gateway of another member, as its mirrored MemberCluster names it. */
export interface Peer {
  /** Name of the member. */
  readonly member: string;
  /** Name of the gateway within the member. */
  readonly gateway: string;
  readonly address: Address;
}

/** Where a caller's node sends a lane's packets. */
export interface LaneAddress {
  readonly address: Address;
  readonly port: number;
}

/** A condition as the API shows it; the caller adds type, time and generation. */
export interface LaneCondition {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

export interface Lane {
  readonly transport: Transport;
  /** Makes the peer reachable. Repeating it changes nothing; a fault is a SealaneError and is retried by the caller's loop. */
  prepare(peer: Peer): Promise<void>;
  /** Takes away what `prepare` made. A peer never prepared is no fault. */
  teardown(peer: Peer): Promise<void>;
  /** The address that stands for a lane port of the peer; undefined until the peer is prepared. */
  addressOf(peer: Peer, lanePort: number): LaneAddress | undefined;
  /** Bytes the transport takes from each packet; the agent clamps the MSS of its lanes by it. */
  readonly overheadBytes: number;
  /** How the lane to the peer is now. */
  condition(peer: Peer): LaneCondition;
}
