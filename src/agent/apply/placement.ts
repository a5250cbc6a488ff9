/** Where one service stands in the tables, and reading that back from the kernel after a restart. */
import { type DesiredBackend, vipKey } from './desired.ts';
import type { ConnectMaps, VipAddress } from './maps.ts';
import type { Run } from './ranges.ts';

/** Its backends are not held a second time: the table has them. */
export interface PlacedGroup {
  readonly index: number;
  readonly run: Run;
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
export function* readPlacements(maps: ConnectMaps): Generator<readonly [key: string, PlacedService]> {
  for (const [vip, index] of maps.vips.entries()) yield [vipKey(vip), readService(maps, vip, index)];
}

function readService(maps: ConnectMaps, vip: VipAddress, index: number): PlacedService {
  const tierRun = maps.services.get(index);
  const tiers = numbers(tierRun).map((at) => readTier(maps, at));
  const used = new Set(tiers.flatMap((tier) => tier.slots));
  const groups = new Map([...used].map((index) => [`#${index}`, { index, run: maps.groups.get(index) }]));
  return { vip, index, tierRun, tiers, groups };
}

function readTier(maps: ConnectMaps, at: number): PlacedTier {
  const run = maps.tiers.get(at);
  return { run, slots: numbers(run).map((slot) => maps.shares.get(slot)) };
}

export function readBackends(maps: Pick<ConnectMaps, 'backends'>, run: Run): DesiredBackend[] {
  return numbers(run).flatMap((at) => maps.backends.get(at) ?? []);
}

/** The entries of a run. */
export function numbers({ first, count }: Run): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

/** Whether a run holds exactly these. */
export function holds({ backends }: ConnectMaps, { first, count }: Run, wanted: readonly DesiredBackend[]): boolean {
  return count === wanted.length && wanted.every((one, i) => sameBackend(one, backends.get(first + i)));
}

function sameBackend(a: DesiredBackend, b: DesiredBackend | undefined): boolean {
  return a.address === b?.address && a.port === b.port && a.flags === b.flags && a.cluster === b.cluster;
}
