/**
 * Writes services into the connect tables so that a reader always sees the old table or the new one:
 * what is pointed at is written before the one word that points at it, and what is left rests before it is used again.
 */
import type { Address, Clock } from '#kit/index.ts';
import { type DesiredGroup, type DesiredService, type DesiredTier, vipKey } from './desired.ts';
import type { ConnectMaps } from './maps.ts';
import {
  NOTHING,
  type PlacedGroup,
  type PlacedService,
  type PlacedTier,
  readPlacements,
  sameBackends,
} from './placement.ts';
import { Ranges } from './ranges.ts';

type Table = 'services' | 'tiers' | 'shares' | 'groups' | 'backends';

export class ConnectTables {
  readonly #maps: ConnectMaps;
  readonly #placed: Map<string, PlacedService>;
  readonly #free: Record<Table, Ranges>;
  /** Services by address that owns all its ports. */
  readonly #owners = new Map<Address, Set<string>>();

  /** Adopts what the maps hold already. */
  constructor(maps: ConnectMaps, clock: Clock) {
    this.#maps = maps;
    const ranges = (table: Table) => new Ranges(table, maps[table].size, clock);
    this.#free = {
      services: ranges('services'),
      tiers: ranges('tiers'),
      shares: ranges('shares'),
      groups: ranges('groups'),
      backends: ranges('backends'),
    };
    this.#free.groups.reserve({ first: 0, count: 1 });
    this.#placed = readPlacements(maps);
    for (const service of this.#placed.values()) this.#reserve(service);
  }

  /** `address:port/protocol` of every service in the tables. */
  keys(): string[] {
    return [...this.#placed.keys()];
  }

  /** Brings one service to what is desired. */
  put(desired: DesiredService): void {
    const key = vipKey(desired);
    const before = this.#placed.get(key);
    const known = before ? named(before, desired.groups) : undefined;
    const groups = new Map(desired.groups.map((group) => [group.key, this.#placeGroup(group, known?.get(group.key))]));
    const tiers = desired.tiers.map((tier, i) => this.#placeTier(tier, groups, before?.tiers[i]));
    const tierRun = this.#placeTiers(tiers, before);
    const index = before?.index ?? this.#free.services.take(1).first;
    this.#keepClients(index, desired.affinitySeconds);
    if (!before || !sameRun(before.tierRun, tierRun)) this.#maps.services.set(index, tierRun);
    if (!before) this.#maps.vips.put(desired, index);
    if (desired.ownsAddress) this.#own(desired.address, key);
    else this.#disown(desired.address, key);
    const vip = { address: desired.address, port: desired.port, protocol: desired.protocol };
    this.#placed.set(key, { vip, index, tierRun, tiers, groups });
    this.#dropUnused(before, known, groups, tiers, tierRun);
  }

  remove(key: string): void {
    const service = this.#placed.get(key);
    if (!service) return;
    this.#disown(service.vip.address, key);
    this.#maps.vips.delete(service.vip);
    this.#maps.services.set(service.index, NOTHING);
    this.#keepClients(service.index);
    this.#free.services.release({ first: service.index, count: 1 });
    this.#free.tiers.release(service.tierRun);
    for (const tier of service.tiers) this.#free.shares.release(tier.run);
    for (const group of service.groups.values()) this.#dropGroup(group);
    this.#placed.delete(key);
  }

  /** Takes away addresses that an earlier process marked and nobody owns now. */
  pruneAddresses(): void {
    for (const address of [...this.#maps.addresses.entries()]) {
      if (!this.#owners.has(address)) this.#maps.addresses.delete(address);
    }
  }

  #own(address: Address, key: string): void {
    const owners = this.#owners.get(address) ?? new Set<string>();
    if (owners.size === 0) this.#maps.addresses.put(address);
    this.#owners.set(address, owners.add(key));
  }

  #disown(address: Address, key: string): void {
    const owners = this.#owners.get(address);
    if (!owners?.delete(key) || owners.size > 0) return;
    this.#owners.delete(address);
    this.#maps.addresses.delete(address);
  }

  #keepClients(index: number, seconds = 0): void {
    if (this.#maps.affinities.get(index) !== seconds) this.#maps.affinities.set(index, seconds);
  }

  #placeGroup(desired: DesiredGroup, before: PlacedGroup | undefined): PlacedGroup {
    if (before && sameBackends(before.backends, desired.backends)) return before;
    const run = this.#free.backends.take(desired.backends.length);
    const index = before?.index ?? this.#free.groups.take(1).first;
    desired.backends.forEach((backend, i) => {
      this.#maps.backends.set(run.first + i, backend, index);
    });
    this.#maps.groups.set(index, run);
    if (before) this.#free.backends.release(before.run);
    return { index, run, backends: desired.backends };
  }

  #placeTier(desired: DesiredTier, groups: ReadonlyMap<string, PlacedGroup>, before?: PlacedTier): PlacedTier {
    const slots = desired.slots.map((key) => groups.get(key)?.index ?? 0);
    if (before && sameNumbers(before.slots, slots)) return before;
    const run = this.#free.shares.take(slots.length);
    slots.forEach((group, i) => {
      this.#maps.shares.set(run.first + i, group);
    });
    return { run, slots };
  }

  #placeTiers(tiers: readonly PlacedTier[], before: PlacedService | undefined) {
    const run = before?.tiers.length === tiers.length ? before.tierRun : this.#free.tiers.take(tiers.length);
    tiers.forEach((tier, i) => {
      if (run !== before?.tierRun || !sameRun(tier.run, before.tiers[i]?.run))
        this.#maps.tiers.set(run.first + i, tier.run);
    });
    return run;
  }

  #dropUnused(
    before: PlacedService | undefined,
    known: ReadonlyMap<string, PlacedGroup> | undefined,
    groups: ReadonlyMap<string, PlacedGroup>,
    tiers: readonly PlacedTier[],
    tierRun: { first: number; count: number },
  ): void {
    if (!before || !known) return;
    if (before.tierRun !== tierRun) this.#free.tiers.release(before.tierRun);
    for (const [i, tier] of before.tiers.entries()) if (tier !== tiers[i]) this.#free.shares.release(tier.run);
    for (const [key, group] of known) if (!groups.has(key)) this.#dropGroup(group);
  }

  #dropGroup({ index, run }: PlacedGroup): void {
    this.#free.groups.release({ first: index, count: 1 });
    this.#free.backends.release(run);
  }

  #reserve({ index, tierRun, tiers, groups }: PlacedService): void {
    this.#free.services.reserve({ first: index, count: 1 });
    this.#free.tiers.reserve(tierRun);
    for (const tier of tiers) this.#free.shares.reserve(tier.run);
    for (const group of groups.values()) {
      this.#free.groups.reserve({ first: group.index, count: 1 });
      this.#free.backends.reserve(group.run);
    }
  }
}

/** The groups under the keys that are desired now: those read back from the kernel are recognised by their backends. */
function named(before: PlacedService, desired: readonly DesiredGroup[]): Map<string, PlacedGroup> {
  const known = new Map(before.groups);
  for (const group of desired) {
    if (known.has(group.key)) continue;
    const found = [...known].find(
      ([key, placed]) => key.startsWith('#') && sameBackends(placed.backends, group.backends),
    );
    if (!found) continue;
    known.delete(found[0]);
    known.set(group.key, found[1]);
  }
  return known;
}

function sameRun(a: { first: number; count: number }, b: { first: number; count: number } | undefined): boolean {
  return a.first === b?.first && a.count === b.count;
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
