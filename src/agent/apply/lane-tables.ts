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
  /** Whether a caller of the lane meets the same pod again. */
  readonly affinity: { get(lane: number): boolean; set(lane: number, kept: boolean): void };
}

/** A lane port of this gateway; without pods it refuses. */
export interface DesiredLane extends VipAddress {
  readonly pods: readonly LanePod[];
  /** Whether a caller meets the same pod again, as long as that one is ready. Default: any pod. */
  readonly affinity?: boolean;
}

interface PlacedLane {
  readonly vip: VipAddress;
  readonly index: number;
  readonly run: Run;
  readonly pods: readonly LanePod[];
  readonly affinity: boolean;
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
    this.#placed = new Map([...maps.ports.entries()].map(([vip, index]) => [keyOf(vip), this.#read(vip, index)]));
    const placed = [...this.#placed.values()];
    const lanes = placed.map(({ index }) => ({ first: index, count: 1 }));
    this.#freeLanes = new Ranges('lanes', maps.lanes.size, clock, lanes);
    const pods = placed.map(({ run }) => run);
    this.#freePods = new Ranges('lane_pods', maps.pods.size, clock, pods);
  }

  /** Entries in use, by table. */
  use(): Readonly<Record<'lanes' | 'lane_pods', number>> {
    return { lanes: this.#freeLanes.used, lane_pods: this.#freePods.used };
  }

  /** Brings all lanes to what is desired. */
  replace(desired: readonly DesiredLane[]): void {
    const wanted = new Map(desired.map((lane) => [keyOf(lane), lane]));
    for (const [key, lane] of wanted) this.#put(key, lane);
    for (const [key, placed] of this.#placed) if (!wanted.has(key)) this.#remove(key, placed);
  }

  #put(key: string, lane: DesiredLane): void {
    const before = this.#placed.get(key);
    if (before && samePods(before.pods, lane.pods) && before.affinity === (lane.affinity ?? false)) return;
    const run = this.#freePods.take(lane.pods.length);
    let placed: PlacedLane;
    try {
      placed = before ? this.#turn(before, lane, run) : this.#add(lane, run);
    } catch (error) {
      this.#freePods.release(run);
      throw error;
    }
    if (before) this.#freePods.release(before.run);
    this.#placed.set(key, placed);
  }

  #turn(before: PlacedLane, { pods, affinity = false }: DesiredLane, run: Run): PlacedLane {
    this.#writePods(run, pods);
    this.#maps.affinity.set(before.index, affinity);
    this.#maps.lanes.set(before.index, run);
    return { ...before, run, pods, affinity };
  }

  #add({ address, port, protocol, pods, affinity = false }: DesiredLane, run: Run): PlacedLane {
    const vip = { address, port, protocol };
    const lane = this.#freeLanes.take(1);
    try {
      this.#writePods(run, pods);
      this.#maps.affinity.set(lane.first, affinity);
      this.#maps.setSegmentLimit(lane.first, this.#segmentBytes(familyOf(address)));
      this.#maps.lanes.set(lane.first, run);
      this.#maps.ports.put(vip, lane.first);
    } catch (error) {
      this.#freeLanes.release(lane);
      throw error;
    }
    return { vip, index: lane.first, run, pods, affinity };
  }

  #writePods(run: Run, pods: readonly LanePod[]): void {
    pods.forEach((pod, i) => {
      this.#maps.pods.set(run.first + i, pod);
    });
  }

  #remove(key: string, { vip, index, run }: PlacedLane): void {
    this.#maps.ports.delete(vip);
    this.#placed.delete(key);
    this.#freeLanes.release({ first: index, count: 1 });
    this.#freePods.release(run);
    this.#maps.lanes.set(index, { first: 0, count: 0 });
  }

  #read(vip: VipAddress, index: number): PlacedLane {
    const run = this.#maps.lanes.get(index);
    const pods = numbers(run).flatMap((at) => this.#maps.pods.get(at) ?? []);
    return { vip, index, run, pods, affinity: this.#maps.affinity.get(index) };
  }
}

function keyOf({ address, port, protocol }: VipAddress): string {
  return `${address}:${port}/${protocol}`;
}

function samePods(a: readonly LanePod[], b: readonly LanePod[]): boolean {
  return a.length === b.length && a.every((pod, i) => pod.address === b[i]?.address && pod.port === b[i]?.port);
}
