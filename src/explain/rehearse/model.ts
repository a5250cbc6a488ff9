/** The words of a rehearsal. Plain data. */
import type { CalledAs, CompiledPort, PortRequest, Protocol } from '#plan/index.ts';

/** One port of one service as one cluster calls it: what plan was asked, and what it said. */
export interface ViewedPort {
  /** The calling cluster. */
  readonly consumer: string;
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly calledAs: CalledAs;
  readonly request: PortRequest;
  readonly compiled: CompiledPort;
  /** Clusters that its kernels open no connection to, whatever was compiled. */
  readonly down: readonly DownCluster[];
}

/** None of its gateways answers the probes of those that ask. */
export interface DownCluster {
  readonly cluster: string;
  /** Addresses of its gateways. */
  readonly gateways: readonly string[];
}

/** A part of the calls of one cluster to one port. */
export interface Move {
  readonly consumer: string;
  /** `namespace/name` */
  readonly service: string;
  /** `80/TCP` */
  readonly port: string;
  readonly calledAs: CalledAs;
  /** Who answers. */
  readonly cluster: string;
  /** Percent of that cluster's calls, as the kernel's tables divide them. */
  readonly before: number;
  readonly after: number;
}

/** What the endpoints of one cluster carry of one port, every calling cluster taken as calling equally often. */
export interface Load {
  readonly service: string;
  readonly port: string;
  readonly calledAs: CalledAs;
  readonly cluster: string;
  /** Endpoints that are ready there, called or not. */
  readonly ready: number;
  /** Percent of one cluster's calls that each of them gets. */
  readonly before: number;
  readonly after: number;
  /** More than `limit` percent of what the busiest endpoint of the port gets now. */
  readonly overloaded: boolean;
}

/** Calls that were answered and would be refused. */
export type Refusal = Pick<Move, 'consumer' | 'service' | 'port' | 'calledAs'>;

export interface Rehearsal {
  /** Every share, those that stay as they are too. */
  readonly moves: readonly Move[];
  readonly loads: readonly Load[];
  readonly refused: readonly Refusal[];
  /** What a policy asks for and cannot have, after the change and not before. */
  readonly problems: readonly string[];
  /** Who gets no calls as it is, says which calling cluster. */
  readonly down: readonly (DownCluster & Pick<Move, 'consumer'>)[];
  /** Nothing overloads, nobody is refused. */
  readonly safe: boolean;
}
