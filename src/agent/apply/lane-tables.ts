/**
 * Writes the gateway's tables: lane port → the local pods that may take its connections. Local pods only, so that what came by a
 * lane never leaves by one.
 */
import { type Address, type Clock, type Family, familyOf } from '#kit/index.ts';
import type { VipAddress, VipTable, WordTable } from './maps.ts';
import { numbers } from './placement.ts';
import { Ranges, type Run } from './ranges.ts';

export interface LanePod {
  readonly address: Address;
  readonly port: number;
}

export interface LanePodTable {
  readonly size: number;
  get(index: number): LanePod | undefined;
  set(index: number, pod: LanePod): void;
}

export interface LaneMaps {
  /** (gateway address, lane port, protocol) → lane. */
  readonly ports: VipTable;
  readonly lanes: WordTable;
  readonly pods: LanePodTable;
  /** The most that a segment of the lane may carry, bytes. */
  setSegmentLimit(lane: number, bytes: number): void;
}

/** A lane port of this gateway; without pods it refuses. */
export interface DesiredLane extends VipAddress {
  readonly pods: readonly LanePod[];
}

interface PlacedLane {
  readonly vip: VipAddress;
  readonly index: number;
  readonly run: Run;
  readonly pods: readonly LanePod[];
}

export class LaneTables {
  readonly #maps: LaneMaps;
  readonly #placed: Map<string, PlacedLane>;
  readonly #freeLanes: Ranges;
  readonly #freePods: Ranges;
  readonly #segmentBytes: (family: Family) => number;

  /**
   * Adopts what the maps hold already.
   * @param segmentBytes the largest TCP segment that the lane's device carries whole
   */
  constructor(maps: LaneMaps, segmentBytes: (family: Family) => number, clock: Clock) {
    this.#maps = maps;
    this.#segmentBytes = segmentBytes;
    this.#freeLanes = new Ranges('lanes', maps.lanes.size, clock);
    this.#freePods = new Ranges('lane_pods', maps.pods.size, clock);
    this.#placed = new Map([...maps.ports.entries()].map(([vip, index]) => [keyOf(vip), this.#read(vip, index)]));
    for (const { index, run } of this.#placed.values()) {
      this.#freeLanes.reserve({ first: index, count: 1 });
      this.#freePods.reserve(run);
    }
  }

  /** Brings all lanes to what is desired. */
  replace(desired: readonly DesiredLane[]): void {
    const wanted = new Map(desired.map((lane) => [keyOf(lane), lane]));
    for (const [key, lane] of wanted) this.#put(key, lane);
    for (const [key, placed] of this.#placed) if (!wanted.has(key)) this.#remove(key, placed);
  }

  #put(key: string, { address, port, protocol, pods }: DesiredLane): void {
    const before = this.#placed.get(key);
    if (before && samePods(before.pods, pods)) return;
    const run = this.#freePods.take(pods.length);
    pods.forEach((pod, i) => {
      this.#maps.pods.set(run.first + i, pod);
    });
    const index = before?.index ?? this.#freeLanes.take(1).first;
    this.#maps.lanes.set(index, run);
    this.#maps.setSegmentLimit(index, this.#segmentBytes(familyOf(address)));
    const vip = { address, port, protocol };
    if (before) this.#freePods.release(before.run);
    else this.#maps.ports.put(vip, index);
    this.#placed.set(key, { vip, index, run, pods });
  }

  #remove(key: string, { vip, index, run }: PlacedLane): void {
    this.#maps.ports.delete(vip);
    this.#maps.lanes.set(index, { first: 0, count: 0 });
    this.#freeLanes.release({ first: index, count: 1 });
    this.#freePods.release(run);
    this.#placed.delete(key);
  }

  #read(vip: VipAddress, index: number): PlacedLane {
    const run = this.#maps.lanes.get(index);
    return { vip, index, run, pods: numbers(run).flatMap((at) => this.#maps.pods.get(at) ?? []) };
  }
}

function keyOf({ address, port, protocol }: VipAddress): string {
  return `${address}:${port}/${protocol}`;
}

function samePods(a: readonly LanePod[], b: readonly LanePod[]): boolean {
  return a.length === b.length && a.every((pod, i) => pod.address === b[i]?.address && pod.port === b[i]?.port);
}
