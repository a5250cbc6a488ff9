import type { Family, Protocol } from '#plan/index.ts';

/** One imported slice, read: a source cluster's peer address, lane ports and counts; of a headless service its endpoints instead. */
export interface ImportedCluster {
  readonly cluster: string;
  readonly family: Family;
  readonly peerAddress: string | undefined;
  readonly ports: readonly ImportedPort[];
  readonly endpoints: readonly ImportedEndpoint[];
}

export interface ImportedPort {
  readonly name: string;
  readonly protocol: Protocol;
  readonly lanePort: number;
  readonly ready: number;
  readonly total: number;
}

export interface ImportedEndpoint {
  /** What callers in this cluster connect to. */
  readonly address: string;
  /** What it has at home. */
  readonly podAddress: string;
  readonly hostname?: string | undefined;
  readonly ready: boolean;
  readonly ports: readonly ImportedEndpointPort[];
}

export interface ImportedEndpointPort {
  readonly name: string;
  readonly protocol: Protocol;
  /** Of the pod. */
  readonly port: number;
  /** Absent at home. */
  readonly lanePort: number | undefined;
}
