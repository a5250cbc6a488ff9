/**
 * How many flows there are, and how many source ports are taken towards each pod port: read from the tables of flows, an entry a
 * port. A flow that is over counts no more, though its entry stays until somebody wants its place.
 */
import { type Address, type Clock, type Family, inTurns } from '#kit/index.ts';
import type { Flow, FlowKey } from './generated/structs.ts';
import { tables } from './generated/tables.ts';
import type { BpfMap } from './map.ts';
import { constantsOf } from './program-constants.ts';
import type { Program } from './program.ts';
import { tableOf } from './table.ts';

/** Of one pod port; where it is called from several addresses of this node, of the one with the most in use. */
export interface SnatUse {
  readonly pod: Address;
  readonly port: number;
  /** Of IP: 6, 17. */
  readonly protocol: number;
  readonly used: number;
}

export interface FlowUse {
  readonly ports: readonly SnatUse[];
  /** By table of flows: two for each that is not over. */
  readonly entries: Readonly<Record<string, number>>;
}

/** What the gateway's programs were loaded with. */
export interface SnatLimits {
  readonly first: number;
  readonly last: number;
  /** Nanoseconds. */
  readonly idle: Readonly<Record<'tcp' | 'halfClosed' | 'closed' | 'halfOpen' | 'udp', bigint>>;
}

/** Each family has its own, whose entries have the same fields. */
const NAT = {
  IPv4: { flows: tables.nat_flows, halfOpen: tables.nat_half_open, slots: tables.nat_slots },
  IPv6: { flows: tables.nat6_flows, halfOpen: tables.nat6_half_open, slots: tables.nat6_slots },
} as const;

/** Tables whose entries stay after their flows are over: how many there are says nothing of their room. */
export const FLOW_TABLES: ReadonlySet<string> = new Set(
  Object.values(NAT).flatMap(({ flows, halfOpen }) => [flows.name, halfOpen.name]),
);

const FLOW_FIN = 1;
const FLOW_RST = 2;
const UDP = 17;

/** @param program that translates, `gateway_in` */
export function snatLimits(program: Program): SnatLimits {
  const constants = constantsOf(program.fd);
  const bytes = (name: string) => Buffer.from(constants[name] ?? Buffer.alloc(8));
  const port = (name: string) => bytes(name).readUInt16LE();
  const ns = (name: string) => bytes(name).readBigUInt64LE();
  return {
    first: port('snat_port_first'),
    last: port('snat_port_last'),
    idle: {
      tcp: ns('tcp_idle_ns'),
      halfClosed: ns('tcp_half_closed_ns'),
      closed: ns('tcp_closed_ns'),
      halfOpen: ns('half_open_ns'),
      udp: ns('udp_idle_ns'),
    },
  };
}

/**
 * Costs two or three microseconds an entry, in turns.
 * @param now CLOCK_MONOTONIC, nanoseconds
 */
export async function flowUse(
  maps: { map(name: string): BpfMap },
  family: Family,
  limits: SnatLimits,
  now: bigint,
  clock: Clock,
): Promise<FlowUse> {
  const { flows, halfOpen, slots } = NAT[family];
  // The entry from the caller claims no port.
  const claims = ({ dport }: FlowKey) => dport >= limits.first && dport <= limits.last;
  const sources = new Sources();
  const pairs = new Pairs(maps.map(slots.name).info.maxEntries);
  for await (const [key, flow] of inTurns(tableOf<FlowKey, Flow>(maps, flows).all(), clock))
    pairs.note(flow, claims(key) ? sources.indexOf(key) : undefined);
  const settled = pairs.living((source, flow) => {
    const isLiving = now - flow.seen <= idleAllowed(limits, sources.protocolOf(source), flow, false);
    if (isLiving) sources.count(source);
    return isLiving;
  });
  let begun = 0;
  const young = tableOf<FlowKey, Flow>(maps, halfOpen);
  for await (const [key, flow] of inTurns(young.all(), clock)) {
    if (!claims(key)) continue;
    const other = young.get(turned(flow.to)) ?? { seen: 0n, flags: 0 };
    const both = together(flow, other);
    if (now - both.seen > idleAllowed(limits, key.proto, both, true)) continue;
    sources.count(sources.indexOf(key));
    begun += 1;
  }
  return { ports: sources.fullest(), entries: { [flows.name]: 2 * settled, [halfOpen.name]: 2 * begun } };
}

/** What both entries of a flow say. */
interface Together {
  readonly seen: bigint;
  readonly either: number;
  readonly both: number;
}

function together(one: Pick<Flow, 'seen' | 'flags'>, other: Pick<Flow, 'seen' | 'flags'>): Together {
  const seen = one.seen > other.seen ? one.seen : other.seen;
  return { seen, either: one.flags | other.flags, both: one.flags & other.flags };
}

/** As `idle_allowed` in bpf/include/nat.h. */
function idleAllowed({ idle }: SnatLimits, protocol: number, { either, both }: Together, isHalfOpen: boolean): bigint {
  if (protocol === UDP) return idle.udp;
  if (either & FLOW_RST || both & FLOW_FIN) return idle.closed;
  if (isHalfOpen) return idle.halfOpen;
  return either & FLOW_FIN ? idle.halfClosed : idle.tcp;
}

/** The two entries of each flow, which come in any order and have its slot in common; a hundred thousand flows are three megabytes. */
class Pairs {
  readonly #seen: readonly [BigUint64Array, BigUint64Array];
  readonly #flags: readonly [Uint8Array, Uint8Array];
  /** Of the entry that claims a port, and 1; 0 where none was met. */
  readonly #source: Int32Array;

  constructor(slots: number) {
    this.#seen = [new BigUint64Array(slots), new BigUint64Array(slots)];
    this.#flags = [new Uint8Array(slots), new Uint8Array(slots)];
    this.#source = new Int32Array(slots);
  }

  /** @param source undefined for the entry from the caller */
  note({ slot, seen, flags }: Flow, source: number | undefined): void {
    const side = source === undefined ? 1 : 0;
    this.#seen[side][slot] = seen;
    this.#flags[side][slot] = flags;
    if (source !== undefined) this.#source[slot] = source + 1;
  }

  /** How many flows are living, as `judge` says of each. */
  living(judge: (source: number, flow: Together) => boolean): number {
    const entry = (side: 0 | 1, slot: number) => ({
      seen: this.#seen[side][slot] ?? 0n,
      flags: this.#flags[side][slot] ?? 0,
    });
    let count = 0;
    this.#source.forEach((source, slot) => {
      if (source > 0 && judge(source - 1, together(entry(0, slot), entry(1, slot)))) count += 1;
    });
    return count;
  }
}

/** Ports are claimed by pod port and by address of this node. */
class Sources {
  readonly #index = new Map<string, number>();
  readonly #uses: { pod: Address; port: number; protocol: number; used: number }[] = [];

  indexOf({ src, dst, sport, proto }: FlowKey): number {
    const name = `${src} ${sport} ${proto} ${dst}`;
    const known = this.#index.get(name);
    if (known !== undefined) return known;
    this.#index.set(name, this.#uses.length);
    return this.#uses.push({ pod: src, port: sport, protocol: proto, used: 0 }) - 1;
  }

  protocolOf(index: number): number {
    return this.#uses[index]?.protocol ?? 0;
  }

  count(index: number): void {
    const use = this.#uses[index];
    if (use) use.used += 1;
  }

  /** Of each pod port the address with the most. */
  fullest(): SnatUse[] {
    const used = this.#uses.filter((use) => use.used > 0);
    const byPod = Map.groupBy(used, ({ pod, port, protocol }) => `${pod} ${port} ${protocol}`);
    return [...byPod.values()].flatMap((uses) => uses.toSorted((a, b) => b.used - a.used).slice(0, 1));
  }
}

function turned({ src, dst, sport, dport, proto }: FlowKey): FlowKey {
  return { src: dst, dst: src, sport: dport, dport: sport, proto };
}
