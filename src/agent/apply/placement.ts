/** Where one service stands in the tables, and reading that back from the kernel after a restart. */
import { type DesiredBackend, vipKey } from './desired.ts';
import type { ConnectMaps, VipAddress } from './maps.ts';
import type { Run } from './ranges.ts';

export interface PlacedGroup {
  readonly index: number;
  readonly run: Run;
  readonly backends: readonly DesiredBackend[];
}

export interface PlacedTier {
  readonly run: Run;
  /** Group index for each slot. */
  readonly slots: readonly number[];
}

export interface PlacedService {
  readonly vip: VipAddress;
  readonly index: number;
  /** Entries of `tiers`, one for each of `tiers` below. */
  readonly tierRun: Run;
  readonly tiers: readonly PlacedTier[];
  readonly groups: ReadonlyMap<string, PlacedGroup>;
}

export const NOTHING: Run = { first: 0, count: 0 };

/** Reads every service that the kernel holds; groups get made-up keys, since the kernel keeps no names. */
export function readPlacements(maps: ConnectMaps): Map<string, PlacedService> {
  return new Map([...maps.vips.entries()].map(([vip, index]) => [vipKey(vip), readService(maps, vip, index)]));
}

function readService(maps: ConnectMaps, vip: VipAddress, index: number): PlacedService {
  const tierRun = maps.services.get(index);
  const tiers = numbers(tierRun).map((at) => readTier(maps, at));
  const used = new Set(tiers.flatMap((tier) => tier.slots));
  const groups = new Map([...used].map((group) => [`#${group}`, readGroup(maps, group)]));
  return { vip, index, tierRun, tiers, groups };
}

function readTier(maps: ConnectMaps, at: number): PlacedTier {
  const run = maps.tiers.get(at);
  return { run, slots: numbers(run).map((slot) => maps.shares.get(slot)) };
}

function readGroup(maps: ConnectMaps, index: number): PlacedGroup {
  const run = maps.groups.get(index);
  const backends = numbers(run).flatMap((at) => maps.backends.get(at) ?? []);
  return { index, run, backends };
}

/** The entries of a run. */
export function numbers({ first, count }: Run): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

export function sameBackends(a: readonly DesiredBackend[], b: readonly DesiredBackend[]): boolean {
  return a.length === b.length && a.every((one, i) => sameBackend(one, b[i]));
}

function sameBackend(a: DesiredBackend, b: DesiredBackend | undefined): boolean {
  return a.address === b?.address && a.port === b.port && a.flags === b.flags && a.cluster === b.cluster;
}
