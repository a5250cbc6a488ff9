/** The connect tables as this room sees them: the kernel's maps, or memory in tests. One writer: this agent. */
import type { Address } from '#kit/index.ts';
import type { Limits } from '#kernel/index.ts';
import type { DesiredBackend } from './desired.ts';
import type { Run } from './ranges.ts';

/** An array of 64-bit {first, count} words, each stored at once. */
export interface WordTable {
  readonly size: number;
  get(index: number): Run;
  set(index: number, run: Run): void;
}

export interface NumberTable {
  readonly size: number;
  get(index: number): number;
  set(index: number, value: number): void;
}

export interface BackendTable {
  readonly size: number;
  get(index: number): DesiredBackend | undefined;
  /** Writes the entry whole, with a generation that no reader has seen at this index. */
  set(index: number, backend: DesiredBackend, group: number): void;
}

export interface VipAddress {
  readonly address: Address;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

export interface VipTable {
  entries(): Iterable<readonly [VipAddress, number]>;
  put(vip: VipAddress, service: number): void;
  delete(vip: VipAddress): void;
}

/** Addresses of ours: a port of theirs that no service has is refused rather than let out by the default route. */
export interface AddressTable {
  entries(): Iterable<Address>;
  put(address: Address): void;
  delete(address: Address): void;
}

export interface LimitsTable {
  get(index: number): Limits;
  set(index: number, limits: Limits): void;
}

export interface ConnectMaps {
  readonly addresses: AddressTable;
  readonly vips: VipTable;
  readonly services: WordTable;
  readonly tiers: WordTable;
  /** Share → group. */
  readonly shares: NumberTable;
  readonly groups: WordTable;
  readonly backends: BackendTable;
  /** Service → seconds that a client keeps its backend. */
  readonly affinities: NumberTable;
  /** By service. */
  readonly limits: LimitsTable;
}
