import type { Protocol, ServiceName } from './model.ts';

/** What a lane port leads to. A port that changes its number is another port. */
export interface LaneKey extends ServiceName {
  readonly portName: string;
  readonly protocol: Protocol;
  readonly port: number;
}

/** One line of `lane-ports.json`. */
export interface LanePortRecord extends LaneKey {
  readonly lanePort: number;
  /** RFC 3339; set when freed: refused from then on, and not given to another port yet. */
  readonly freedAt?: string;
  /** The member's epoch that first said it is gone. */
  readonly freedEpoch?: number;
}

export interface LanePortOptions {
  /** First and last lane port, both included. */
  readonly range: readonly [number, number];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The epoch that this change will be published under. */
  readonly epoch: number;
  /** For every other member that was not removed: the epoch of ours that it has applied (0: none yet). */
  readonly observed: Readonly<Record<string, number>>;
}

export interface LanePortChange {
  readonly records: readonly LanePortRecord[];
  readonly exhausted: readonly LaneKey[];
}

/** The records after this change. A freed port is reused only when every peer has observed that it is gone, and after an hour at least. */
export function reconcileLanePorts(
  records: readonly LanePortRecord[],
  wanted: readonly LaneKey[],
  options: LanePortOptions,
): LanePortChange {
  throw new Error(`not written: ${records.length} ${wanted.length} ${options.epoch}`);
}

/** The lane port in use for a key, never a freed one. */
export function lanePortOf(records: readonly LanePortRecord[], key: LaneKey): number | undefined {
  throw new Error(`not written: ${records.length} ${key.name}`);
}
