import type { Protocol } from '#plan/index.ts';

/** One imported slice, read: a source cluster's peer address, lane ports and counts. */
export interface ImportedCluster {
  readonly cluster: string;
  readonly peerAddress: string | undefined;
  readonly ports: readonly ImportedPort[];
}

export interface ImportedPort {
  readonly name: string;
  readonly protocol: Protocol;
  readonly lanePort: number;
  readonly ready: number;
  readonly total: number;
}
