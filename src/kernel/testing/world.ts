/** Fills the tables the way the agent does, from what a test wants to say: services, tiers, weights, backends. */
import { ip } from '#kit/index.ts';
import { BackendFlag } from '../generated/enums.ts';
import type { Backend, Limits } from '../generated/structs.ts';
import { tables } from '../generated/tables.ts';
import type { Hooks } from '../hooks.ts';
import { mappedWords } from '../mapped.ts';
import { packRange, unpackRange } from '../range.ts';
import { mappedTable, tableOf } from '../table.ts';

export interface BackendSpec {
  readonly at: string;
  readonly port?: number;
  readonly cluster?: number;
  readonly pass?: boolean;
  /** Slot of `alive`. */
  readonly needs?: number;
  /** 0 is a backend that is none. */
  readonly generation?: number;
}

/** Shares and members of one service in one cluster. */
export interface GroupSpec {
  readonly weight?: number;
  readonly backends: readonly BackendSpec[];
}

export type TierSpec = readonly GroupSpec[];

export class World {
  readonly hooks: Hooks;
  readonly services;
  readonly tiers;
  readonly shares;
  readonly groups;
  readonly backends;
  readonly affinities;
  readonly limits;
  readonly clusters;
  readonly vips;
  #services = 1;
  #tiers = 1;
  #shares = 1;
  #groups = 1;
  #backends = 1;

  constructor(hooks: Hooks) {
    this.hooks = hooks;
    this.services = mappedWords(hooks.map('services'));
    this.tiers = mappedWords(hooks.map('tiers'));
    this.groups = mappedWords(hooks.map('groups'));
    this.shares = mappedTable(hooks.map('shares'), tables.shares);
    this.backends = mappedTable(hooks.map('backends'), tables.backends);
    this.affinities = mappedTable(hooks.map('affinities'), tables.affinities);
    this.limits = mappedTable(hooks.map('limits'), tables.limits);
    this.clusters = mappedTable(hooks.map('clusters'), tables.clusters);
    this.vips = tableOf(hooks, tables.vips);
  }

  /** @returns the indices a test may want to change later */
  serve(vip: string, port: number, protocol: 'tcp' | 'udp', order: readonly TierSpec[]): Served {
    const service = this.#services++;
    const groups: number[][] = [];
    const firstTier = this.#tiers;
    this.#tiers += order.length;
    for (const [index, tier] of order.entries()) groups.push(this.#tier(firstTier + index, tier));
    this.services[service] = packRange({ first: firstTier, count: order.length });
    this.vips.put({ addr: ip(vip), port, proto: protocol === 'tcp' ? 6 : 17 }, service);
    return { service, firstTier, groups };
  }

  /** When backends of a service are ejected; what is not said is as no test would notice. */
  limit({ service }: Served, limits: Partial<Limits>): void {
    this.limits.set(service, { failures: 3, percent: 100, resets: 0, baseMs: 60_000, ...limits });
  }

  backendAt(index: number, change: Partial<Backend>): void {
    this.backends.set(index, { ...this.backends.get(index), ...change });
  }

  /** Writes a group's backends once more elsewhere and leads there, as the agent does when one of them changes or goes. */
  moveGroup(group: number, without?: number): void {
    const { first, count } = unpackRange(this.groups[group] ?? 0n);
    const from = Array.from({ length: count }, (_, i) => first + i).filter((index) => index !== without);
    for (const [i, index] of from.entries()) this.backends.set(this.#backends + i, this.backends.get(index));
    this.groups[group] = packRange({ first: this.#backends, count: from.length });
    this.#backends += from.length;
  }

  /** The whole tier to one group. */
  giveTo(tier: number, group: number): void {
    this.shares.set(this.#shares, group);
    this.tiers[tier] = packRange({ first: this.#shares++, count: 1 });
  }

  /** First backend of a group. */
  firstOf(group: number): number {
    return Number((this.groups[group] ?? 0n) & 0xffffffffn);
  }

  #tier(index: number, tier: TierSpec): number[] {
    const first = this.#shares;
    const groups = tier.map((spec) => this.#group(spec));
    for (const [i, spec] of tier.entries()) {
      for (let share = 0; share < (spec.weight ?? 1); share++) this.shares.set(this.#shares++, groups[i] ?? 0);
    }
    this.tiers[index] = packRange({ first, count: this.#shares - first });
    return groups;
  }

  #group({ backends }: GroupSpec): number {
    const group = this.#groups++;
    const first = this.#backends;
    for (const spec of backends) this.backends.set(this.#backends++, backendOf(spec, group));
    this.groups[group] = packRange({ first, count: backends.length });
    return group;
  }
}

export interface Served {
  readonly service: number;
  readonly firstTier: number;
  /** By tier, in the order of the specification. */
  readonly groups: readonly (readonly number[])[];
}

function backendOf(spec: BackendSpec, group: number): Backend {
  const needs = spec.needs === undefined ? 0 : BackendFlag.NeedsSocket;
  return {
    addr: ip(spec.at),
    port: spec.port ?? 80,
    cluster: spec.cluster ?? 0,
    generation: spec.generation ?? 1,
    group,
    flags: needs | (spec.pass ? BackendFlag.Pass : 0),
    slot: spec.needs ?? 0,
  };
}
