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
  IPv4: [
    [tables.nat_flows, false],
    [tables.nat_half_open, true],
  ],
  IPv6: [
    [tables.nat6_flows, false],
    [tables.nat6_half_open, true],
  ],
} as const;

/** Tables whose entries stay after their flows are over: how many there are says nothing of their room. */
export const FLOW_TABLES: ReadonlySet<string> = new Set(
  Object.values(NAT).flatMap((tablesOfFamily) => tablesOfFamily.map(([{ name }]) => name)),
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
 * Costs two or three microseconds an entry, three more where it is idle, in turns.
 * @param now CLOCK_MONOTONIC, nanoseconds
 */
export async function flowUse(
  maps: { map(name: string): BpfMap },
  family: Family,
  limits: SnatLimits,
  now: bigint,
  clock: Clock,
): Promise<FlowUse> {
  const bySource = new Map<string, SnatUse>();
  const entries: Record<string, number> = {};
  for (const [table, isHalfOpen] of NAT[family]) {
    const flows = tableOf<FlowKey, Flow>(maps, table);
    let living = 0;
    for await (const [{ src, dst, sport, dport, proto }, flow] of inTurns(flows.all(), clock)) {
      if (dport < limits.first || dport > limits.last) continue; // the entry from the caller, which claims nothing
      const partnerIfIdle = now - flow.seen > limits.idle.closed ? flows.get(turned(flow.to)) : undefined;
      if (isOver(limits, flow, partnerIfIdle, isHalfOpen, now)) continue;
      living += 1;
      const key = `${src} ${sport} ${proto} ${dst}`;
      bySource.set(key, { pod: src, port: sport, protocol: proto, used: (bySource.get(key)?.used ?? 0) + 1 });
    }
    entries[table.name] = 2 * living;
  }
  const byPod = Map.groupBy(bySource.values(), ({ pod, port, protocol }) => `${pod} ${port} ${protocol}`);
  const ports = [...byPod.values()].flatMap((uses) => uses.toSorted((a, b) => b.used - a.used).slice(0, 1));
  return { ports, entries };
}

function turned({ src, dst, sport, dport, proto }: FlowKey): FlowKey {
  return { src: dst, dst: src, sport: dport, dport: sport, proto };
}

/** As `is_over` in bpf/include/nat.h. */
function isOver(limits: SnatLimits, flow: Flow, partner: Flow | undefined, isHalfOpen: boolean, now: bigint): boolean {
  const seen = partner && partner.seen > flow.seen ? partner.seen : flow.seen;
  return now - seen > idleAllowed(limits, flow, partner, isHalfOpen);
}

function idleAllowed({ idle }: SnatLimits, flow: Flow, partner: Flow | undefined, isHalfOpen: boolean): bigint {
  const [either, both] = [flow.flags | (partner?.flags ?? 0), flow.flags & (partner?.flags ?? 0)];
  if (flow.to.proto === UDP) return idle.udp;
  if (either & FLOW_RST || both & FLOW_FIN) return idle.closed;
  if (isHalfOpen) return idle.halfOpen;
  return either & FLOW_FIN ? idle.halfClosed : idle.tcp;
}
