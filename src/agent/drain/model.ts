/** The words of a drain on one node. */
import type { Drained } from '#plan/index.ts';

/** What of one member is drained, as its mirror in this cluster says. */
export interface Drain extends Drained {
  readonly member: string;
  /** Of the mirror. */
  readonly generation: number;
  /** Milliseconds since 1970, after which what is left is ended. */
  readonly deadline?: number;
}

/** A connection that a socket of this node has open, half open ones and connected UDP among them. */
export interface OpenConnection {
  /** Member that serves it. */
  readonly cluster: string;
  /** `namespace/name`; undefined once the service that it was made to is gone. */
  readonly service?: string;
  /** Its caller asked for the own cluster's endpoints: no drain moves that, and none waits for it. */
  readonly stays?: boolean;
}

/** The kernel's sockets, or memory in tests. */
export interface Sockets<T extends OpenConnection> {
  open(): readonly T[] | Promise<readonly T[]>;
  /** Their callers get an error. */
  end(these: readonly T[]): void | Promise<void>;
}

/** What a node says of one drain in its Lease, ANNOTATION_DRAINS. */
export interface DrainSaid {
  /** Of the mirror that the tables are in step with; one that is behind may still open connections. */
  readonly generation: number;
  readonly connections: number;
  /** By service, the 20 that have most. */
  readonly services: Readonly<Record<string, number>>;
}
