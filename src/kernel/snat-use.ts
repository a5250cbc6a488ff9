/**
 * How many source ports are taken towards each pod port: read from the tables of flows, an entry a port. A flow that is over counts
 * no more, though its entry stays until somebody wants its place.
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

/** What the gateway's programs were loaded with. */
export interface SnatLimits {
  readonly first: number;
  readonly last: number;
  /** Nanoseconds. */
  readonly idle: { readonly tcp: bigint; readonly closed: bigint; readonly halfOpen: bigint; readonly udp: bigint };
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
    idle: { tcp: ns('tcp_idle_ns'), closed: ns('tcp_closed_ns'), halfOpen: ns('half_open_ns'), udp: ns('udp_idle_ns') },
  };
}

/**
 * Costs two or three microseconds an entry, in turns.
 * @param now CLOCK_MONOTONIC, nanoseconds
 */
export async function snatUse(
  maps: { map(name: string): BpfMap },
  family: Family,
  limits: SnatLimits,
  now: bigint,
  clock: Clock,
): Promise<SnatUse[]> {
  const bySource = new Map<string, SnatUse>();
  for (const [table, isHalfOpen] of NAT[family]) {
    const entries: Iterable<[FlowKey, Flow]> = tableOf<FlowKey, Flow>(maps, table).all();
    for await (const [{ src, dst, sport, dport, proto }, flow] of inTurns(entries, clock)) {
      if (dport < limits.first || dport > limits.last) continue; // the entry from the caller, which claims nothing
      if (now - flow.seen > idleOf(limits, proto, flow.flags, isHalfOpen)) continue;
      const key = `${src} ${sport} ${proto} ${dst}`;
      bySource.set(key, { pod: src, port: sport, protocol: proto, used: (bySource.get(key)?.used ?? 0) + 1 });
    }
  }
  const byPod = Map.groupBy(bySource.values(), ({ pod, port, protocol }) => `${pod} ${port} ${protocol}`);
  return [...byPod.values()].flatMap((uses) => uses.toSorted((a, b) => b.used - a.used).slice(0, 1));
}

function idleOf({ idle }: SnatLimits, proto: number, flags: number, isHalfOpen: boolean): bigint {
  if (proto === UDP) return idle.udp;
  if (flags & FLOW_RST) return idle.closed;
  return isHalfOpen ? idle.halfOpen : idle.tcp;
}
