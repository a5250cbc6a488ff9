/**
 * Writes services into the connect tables so that a reader always sees the old table or the new one:
 * what is pointed at is written before the one word that points at it, and what is left rests before it is used again.
 */
import { type Address, type Clock, inTurns } from '#kit/index.ts';
import type { Limits } from '#kernel/index.ts';
import { type DesiredGroup, type DesiredService, type DesiredTier, NEVER, vipKey } from './desired.ts';
import type { ConnectMaps } from './maps.ts';
import { holds, NOTHING, type PlacedGroup, type PlacedService, type PlacedTier, readPlacements } from './placement.ts';
import { Ranges, type Run } from './ranges.ts';

type Table = 'services' | 'tiers' | 'shares' | 'groups' | 'backends';
type Held = readonly [Table, Run];

export class ConnectTables {
  readonly #maps: ConnectMaps;
  readonly #placed: Map<string, PlacedService>;
  readonly #free: Record<Table, Ranges>;
  /** Groups that were given up and whose words lead to their backends still. */
  readonly #freedGroups = new Set<number>();
  /** Services by address that owns all its ports. */
  readonly #owners = new Map<Address, readonly string[]>();

  /** @param placed what the maps hold already */
  constructor(maps: ConnectMaps, clock: Clock, placed = new Map(readPlacements(maps))) {
    this.#maps = maps;
    this.#placed = placed;
    // A share that leads nowhere leads to group 0.
    const held: Held[] = [['groups', { first: 0, count: 1 }], ...[...this.#placed.values()].flatMap(heldBy)];
    const ranges = (table: Table) => {
      const taken = held.flatMap(([of, run]) => (of === table ? [run] : []));
      return new Ranges(table, maps[table].size, clock, taken);
    };
    this.#free = {
      services: ranges('services'),
      tiers: ranges('tiers'),
      shares: ranges('shares'),
      groups: ranges('groups'),
      backends: ranges('backends'),
    };
  }

  /** As the constructor; thousands of services are read a few at a time. */
  static async adopt(maps: ConnectMaps, clock: Clock): Promise<ConnectTables> {
    const placed = new Map<string, PlacedService>();
    for await (const [key, service] of inTurns(readPlacements(maps), clock)) placed.set(key, service);
    return new ConnectTables(maps, clock, placed);
  }

  /** `address:port/protocol` of every service in the tables. */
  keys(): string[] {
    return [...this.#placed.keys()];
  }

  /** Where each of them stands, by the same keys. */
  placements(): ReadonlyMap<string, PlacedService> {
    return this.#placed;
  }

  /** Entries in use, by table. */
  use(): Readonly<Record<Table, number>> {
    const { services, tiers, shares, groups, backends } = this.#free;
    return {
      services: services.used,
      tiers: tiers.used,
      shares: shares.used,
      groups: groups.used,
      backends: backends.used,
    };
  }

  get hasFreed(): boolean {
    return this.#freedGroups.size > 0;
  }

  /**
   * A group that was given up leads nowhere: a UDP socket keeps its backend for as long as its group has it. Not at once, for whoever
   * has read the old shares would meet nobody; long before the group is used again, which rests.
   */
  forgetFreed(): void {
    for (const index of this.#freedGroups) this.#maps.groups.set(index, NOTHING);
    this.#freedGroups.clear();
  }

  /** Brings one service to what is desired. If a map refuses, what is held is known all the same, and it may be tried again. */
  put(desired: DesiredService): void {
    const key = vipKey(desired);
    const before = this.#placed.get(key);
    const taken: Held[] = [];
    let now = before;
    try {
      const known = before && { ...before, groups: this.#named(before, desired.groups) };
      const next = this.#prepare(desired, known, taken);
      for (const state of this.#turn(known, next)) now = state;
    } finally {
      this.#settle(key, now, [...(before ? heldBy(before) : []), ...taken]);
    }
    if (desired.ownsAddress) this.#own(desired.address, key);
    else this.#disown(desired.address, key);
  }

  remove(key: string): void {
    const service = this.#placed.get(key);
    if (!service) return;
    this.#disown(service.vip.address, key);
    this.#maps.vips.delete(service.vip);
    this.#placed.delete(key);
    this.#release(heldBy(service));
    this.#maps.services.set(service.index, NOTHING);
    this.#keepClients(service.index);
    this.#limit(service.index);
  }

  /** Addresses that are marked as ours, by this process or an earlier one. */
  addresses(): Iterable<Address> {
    return this.#maps.addresses.entries();
  }

  /** Takes away what an earlier process marked and nobody owns now. */
  pruneAddresses(marked: Iterable<Address>): void {
    for (const address of marked) if (!this.#owners.has(address)) this.#maps.addresses.delete(address);
  }

  #own(address: Address, key: string): void {
    const owners = this.#owners.get(address) ?? [];
    if (owners.includes(key)) return;
    if (owners.length === 0) this.#maps.addresses.put(address);
    this.#owners.set(address, [...owners, key]);
  }

  #disown(address: Address, key: string): void {
    const owners = this.#owners.get(address);
    if (!owners?.includes(key)) return;
    if (owners.length === 1) {
      this.#maps.addresses.delete(address);
      this.#owners.delete(address);
    } else this.#owners.set(address, without(owners, key));
  }

  #limit(index: number, limits = NEVER): void {
    if (!sameLimits(this.#maps.limits.get(index), limits)) this.#maps.limits.set(index, limits);
  }

  #keepClients(index: number, seconds = 0): void {
    if (this.#maps.affinities.get(index) !== seconds) this.#maps.affinities.set(index, seconds);
  }

  /** Writes what no word leads to yet. @param taken gets every run that is taken for it */
  #prepare(desired: DesiredService, before: PlacedService | undefined, taken: Held[]): PlacedService {
    const take = (table: Table, count: number): Run => {
      const run = this.#free[table].take(count);
      taken.push([table, run]);
      return run;
    };
    const groups = new Map(
      desired.groups.map((group) => [group.key, this.#prepareGroup(group, before?.groups.get(group.key), take)]),
    );
    const tiers = desired.tiers.map((tier, i) => this.#prepareTier(tier, groups, before?.tiers[i], take));
    const sameLength = before?.tiers.length === tiers.length;
    const tierRun = sameLength ? before.tierRun : take('tiers', tiers.length);
    if (!sameLength) tiers.forEach((tier, i) => this.#maps.tiers.set(tierRun.first + i, tier.run));
    const index = before?.index ?? take('services', 1).first;
    if (!before) this.#maps.services.set(index, tierRun);
    this.#keepClients(index, desired.affinitySeconds);
    this.#limit(index, desired.limits);
    const vip = { address: desired.address, port: desired.port, protocol: desired.protocol };
    return { vip, index, tierRun, tiers, groups };
  }

  #prepareGroup(desired: DesiredGroup, before: PlacedGroup | undefined, take: Take): PlacedGroup {
    if (before && holds(this.#maps, before.run, desired.backends)) return before;
    const run = take('backends', desired.backends.length);
    const index = before?.index ?? take('groups', 1).first;
    desired.backends.forEach((backend, i) => {
      this.#maps.backends.set(run.first + i, backend, index);
    });
    if (!before) {
      this.#freedGroups.delete(index);
      this.#maps.groups.set(index, run);
    }
    return { index, run };
  }

  #prepareTier(
    desired: DesiredTier,
    groups: ReadonlyMap<string, PlacedGroup>,
    before: PlacedTier | undefined,
    take: Take,
  ): PlacedTier {
    const slots = desired.slots.map((key) => groups.get(key)?.index ?? 0);
    if (before && sameNumbers(before.slots, slots)) return before;
    const run = take('shares', slots.length);
    slots.forEach((group, i) => {
      this.#maps.shares.set(run.first + i, group);
    });
    return { run, slots };
  }

  /** Stores the words that turn readers from one state to the next, one at a time. Yields what the maps hold after each. */
  *#turn(before: PlacedService | undefined, next: PlacedService): Generator<PlacedService> {
    if (!before) {
      this.#maps.vips.put(next.vip, next.index);
      yield next;
      return;
    }
    const groups = new Map([...next.groups, ...before.groups]);
    for (const [key, group] of next.groups) {
      if (group.run === groups.get(key)?.run) continue;
      this.#maps.groups.set(group.index, group.run);
      yield { ...before, groups: groups.set(key, group) };
    }
    if (!sameRun(before.tierRun, next.tierRun)) {
      this.#maps.services.set(next.index, next.tierRun);
      yield next;
      return;
    }
    const tiers = [...before.tiers];
    for (const [i, tier] of next.tiers.entries()) {
      if (tier === tiers[i]) continue;
      this.#maps.tiers.set(next.tierRun.first + i, tier.run);
      tiers[i] = tier;
      yield { ...before, groups, tiers: [...tiers] };
    }
    yield next;
  }

  /** The groups under the keys that are desired now: those read back from the kernel are recognised by their backends. */
  #named(before: PlacedService, desired: readonly DesiredGroup[]): ReadonlyMap<string, PlacedGroup> {
    const unknown = desired.filter(({ key }) => !before.groups.has(key));
    if (unknown.length === 0) return before.groups;
    const known = new Map(before.groups);
    for (const { key, backends } of unknown) {
      const found = [...known].find(([made, { run }]) => made.startsWith('#') && holds(this.#maps, run, backends));
      if (!found) continue;
      known.delete(found[0]);
      known.set(key, found[1]);
    }
    return known;
  }

  /** Remembers what the maps hold of a service, and gives back what they do not. */
  #settle(key: string, now: PlacedService | undefined, had: readonly Held[]): void {
    if (now) this.#placed.set(key, now);
    const kept = new Set(now ? heldBy(now).map(heldText) : []);
    this.#release(had.filter((held) => !kept.has(heldText(held))));
  }

  #release(held: readonly Held[]): void {
    for (const [table, run] of held) {
      this.#free[table].release(run);
      if (table === 'groups') this.#freedGroups.add(run.first);
    }
  }
}

type Take = (table: Table, count: number) => Run;

/** Every run that a service occupies; of its groups, those that a share or a word of its own leads to. */
function heldBy({ index, tierRun, tiers, groups }: PlacedService): Held[] {
  return [
    ['services', { first: index, count: 1 }],
    ['tiers', tierRun],
    ...tiers.map((tier): Held => ['shares', tier.run]),
    ...[...groups.values()].flatMap((group): Held[] => [
      ['groups', { first: group.index, count: 1 }],
      ['backends', group.run],
    ]),
  ];
}

function heldText([table, { first, count }]: Held): string {
  return count === 0 ? '' : `${table} ${first}`;
}

function without(keys: readonly string[], key: string): string[] {
  return keys.filter((one) => one !== key);
}

function sameLimits(a: Limits, b: Limits): boolean {
  return a.failures === b.failures && a.percent === b.percent && a.resets === b.resets && a.baseMs === b.baseMs;
}

function sameRun(a: { first: number; count: number }, b: { first: number; count: number } | undefined): boolean {
  return a.first === b?.first && a.count === b.count;
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
