/** An event of the kernel in words. Pure. */
import { type Address, formatEndpoint, formatIp } from '#kit/index.ts';
import { type Event, EventKind, Refusal, RefusalText } from '#kernel/index.ts';
import { vipKey } from '../apply/desired.ts';
import { laneKey, type Names } from './names-file.ts';

/** One line of `--output json`. What does not apply is left out. */
export interface NamedEvent {
  /** ISO 8601 */
  readonly time: string;
  /** Whose kernel says it. */
  readonly cluster: string;
  readonly node: string;
  /** `picked`, `established`, `closed`, `failed`, `refused`, `ejected`, `trial`, `back`. */
  readonly event: string;
  /** The same in all events of one socket of this node. */
  readonly socket?: string;
  readonly namespace?: string;
  readonly service?: string;
  readonly protocol?: string;
  readonly source?: string;
  /** As the caller named it: of a service, or of a gateway. */
  readonly destination?: string;
  readonly backend?: string;
  /** Who serves it. */
  readonly destinationCluster?: string;
  /** Counted from 1. */
  readonly tier?: number;
  /** Of TCP, as are the bytes. */
  readonly rttMs?: number;
  /** Since connect(), as coarse as the kernel's tick. */
  readonly lastedMs?: number;
  readonly bytesSent?: number;
  readonly bytesReceived?: number;
  /** A reason of docs/refusals.md. */
  readonly reason?: string;
  readonly text?: string;
  /** Index of the device that a refused packet came in by. */
  readonly device?: number;
  /** Failures since the last success: to connect, and to answer; a caller that gave up counts half. */
  readonly connectFailures?: number;
  readonly answerFailures?: number;
  /** Ejected so often in a row, this time for so long. */
  readonly times?: number;
  readonly ejectedMs?: number;
}

export interface Teller {
  readonly cluster: string;
  readonly node: string;
  readonly names: Names;
  /** Of a service by its address alone: who calls a port that it does not have means it all the same. */
  readonly vip: (address: Address) => string | undefined;
  /** By index in the kernel's table. */
  readonly clusterName: (index: number) => string;
  /** Port of a lane, by protocol: `TCP/10001`. */
  readonly lane: (index: number) => string | undefined;
  /** Of CLOCK_MONOTONIC in nanoseconds. */
  readonly time: (at: bigint) => string;
}

const KINDS: ReadonlyMap<number, string> = new Map(
  Object.entries(EventKind).map(([name, kind]) => [kind, name.toLowerCase()]),
);
const REASONS: ReadonlyMap<number, string> = new Map(Object.entries(Refusal).map(([name, reason]) => [reason, name]));
const PROTOCOLS: Readonly<Record<number, string>> = { 6: 'TCP', 17: 'UDP', 1: 'ICMP', 58: 'ICMPv6' };
const TCP = 6;
const CONNECTED: ReadonlySet<number> = new Set([EventKind.Established, EventKind.Closed]);
const ENDED: ReadonlySet<number> = new Set([EventKind.Established, EventKind.Closed, EventKind.Failed]);
const JUDGED: ReadonlySet<number> = new Set([EventKind.Ejected, EventKind.Back]);

export function namedEvent(event: Event, teller: Teller): NamedEvent {
  const { kind } = event;
  return {
    time: teller.time(event.at),
    cluster: teller.cluster,
    node: teller.node,
    event: KINDS.get(kind) ?? `#${kind}`,
    ...(event.socket > 0n && { socket: String(event.socket) }),
    ...serviceOf(event, teller),
    ...(event.proto > 0 && { protocol: PROTOCOLS[event.proto] ?? String(event.proto) }),
    ...addressesOf(event),
    ...(event.backend > 0n && event.destination > 0n && servedBy(event, teller)),
    ...(CONNECTED.has(kind) && event.proto === TCP && { rttMs: event.rttUs / 1000 }),
    ...(ENDED.has(kind) && { lastedMs: Number(event.lastedNs) / 1e6 }),
    ...(kind === EventKind.Closed && event.proto === TCP && bytesOf(event)),
    ...(kind === EventKind.Refused && refusalOf(event)),
    ...(JUDGED.has(kind) && evidenceOf(event)),
  };
}

function serviceOf(event: Event, { names, vip, lane }: Teller): Pick<NamedEvent, 'namespace' | 'service'> {
  const protocol = event.proto === 17 ? 'UDP' : 'TCP';
  const { destination: address, destinationPort: port } = event;
  const key = address > 0n ? laneKey(protocol, port) : (lane(event.lane) ?? '');
  const owner =
    names.services[vipKey({ address, port, protocol })] ??
    vip(address) ??
    (event.service > 0 ? undefined : names.lanes[key]);
  const [namespace, service] = owner?.split('/') ?? [];
  return service === undefined ? (owner ? { service: owner } : {}) : { namespace, service };
}

function addressesOf(event: Event): Pick<NamedEvent, 'source' | 'destination' | 'backend'> {
  return {
    ...at('source', event.source, event.sourcePort),
    ...at('destination', event.destination, event.destinationPort),
    ...at('backend', event.backend, event.backendPort),
  };
}

function at(name: 'source' | 'destination' | 'backend', address: Address, port: number): Partial<NamedEvent> {
  return address > 0n ? { [name]: formatEndpoint(formatIp(address), port) } : {};
}

function servedBy({ cluster, tier }: Event, { clusterName }: Teller) {
  return { destinationCluster: clusterName(cluster), tier: tier + 1 };
}

function bytesOf({ bytesSent, bytesReceived }: Event) {
  return { bytesSent: Number(bytesSent), bytesReceived: Number(bytesReceived) };
}

function refusalOf({ refusal, device }: Event) {
  const text = RefusalText[refusal] ?? '';
  return { reason: REASONS.get(refusal) ?? `#${refusal}`, text, ...(device > 0 && { device }) };
}

function evidenceOf({ connects, answers, times, termNs }: Event) {
  return { connectFailures: connects / 2, answerFailures: answers / 2, times, ejectedMs: Number(termNs / 1_000_000n) };
}
