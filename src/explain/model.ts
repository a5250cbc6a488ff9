/** The words of `explain`: what was asked, what plan wants, what the kernel has, and what comes out. Plain data. */
import type { CompiledPort, Protocol, Tier } from '#plan/index.ts';

/** One backend entry of the kernel as plain data: a pod at home, or a gateway's lane port. */
export interface KernelBackend {
  readonly address: string;
  readonly port: number;
  /** How long the kernel leaves it out still; absent: it takes connections. */
  readonly ejectedSeconds?: number;
}

/** The part of a tier's share table that one group has, and that group's backends. */
export interface KernelShare {
  /** The cluster that the group's backends belong to; undefined when the kernel's number means none that is known. */
  readonly cluster?: string;
  readonly group: number;
  /** How often the group stands in the share table. */
  readonly slots: number;
  readonly backends: readonly KernelBackend[];
  /** Why the kernel opens no new connection to the cluster, such as "does not answer probes"; absent: it does. */
  readonly closed?: string;
}

export interface KernelTier {
  readonly shares: readonly KernelShare[];
}

/** What the kernel has for one address, port and protocol. */
export interface KernelService {
  readonly index: number;
  readonly tiers: readonly KernelTier[];
}

/** What plan wants the kernel to hold for the same port. */
export interface WantedService {
  readonly namespace: string;
  readonly name: string;
  readonly portName: string;
  readonly compiled: CompiledPort;
  /** Backends per cluster that plan wants: own pods, or each gateway's lane port. */
  readonly backends: Readonly<Record<string, readonly KernelBackend[]>>;
  /** Those that export the port and are passed over for that. */
  readonly drained: readonly DrainedCluster[];
}

/** Takes no new connections; neither field: the old ones end by themselves. */
export interface DrainedCluster {
  readonly cluster: string;
  /** RFC 3339: old connections are ended then. */
  readonly deadline?: string;
  /** Old connections are ended so long after the drain has reached their node, as the policy says. */
  readonly seconds?: number;
}

export interface DnsFinding {
  /** `NOERROR`, `NXDOMAIN`, … */
  readonly rcode: string;
  readonly addresses: readonly string[];
  /** The full name that answered, after the search path. */
  readonly name?: string;
  /** Such as `the node's resolver`. */
  readonly answeredBy?: string;
}

export interface TraceInput {
  readonly caller: {
    readonly cluster: string;
    readonly namespace: string;
    readonly pod: string;
    readonly node?: string;
  };
  /** Host as typed: a name or an IPv4 address. */
  readonly target: { readonly host: string; readonly port: number; readonly protocol: Protocol };
  /** Absent when the host is an address. */
  readonly dns?: DnsFinding;
  /** Absent: plan knows no service at that address and port. */
  readonly wanted?: WantedService;
  /** Absent: the kernel has no entry for that address and port. */
  readonly kernel?: KernelService;
}

/** One thing that is not as plan wants it. */
export interface Difference {
  /** Such as `tiers[0].shares.cluster-1`. */
  readonly path: string;
  readonly wanted: string;
  readonly found: string;
}

export interface TracedShare {
  readonly cluster: string;
  readonly slots: number;
  /** 0 … 100, of this tier. */
  readonly percent: number;
  /** `address:port` */
  readonly backends: readonly string[];
  /** Why the kernel opens no new connection to the cluster. */
  readonly closed?: string;
  /** Of them, those that take no connections now, with the seconds to go. */
  readonly ejected: Readonly<Record<string, number>>;
}

export interface TraceReport {
  readonly question: {
    readonly caller: string;
    readonly name: string;
    readonly port: number;
    readonly protocol: Protocol;
  };
  readonly dns?: DnsFinding;
  /** The address that is called. */
  readonly address?: string;
  readonly service?: { readonly namespace: string; readonly name: string; readonly portName: string };
  /** What the policy means now, weights as asked. */
  readonly resolved: readonly Tier[];
  readonly drained: readonly DrainedCluster[];
  /** What the kernel does, tried in order; absent when it has no entry. */
  readonly kernel?: { readonly index: number; readonly tiers: readonly { readonly shares: readonly TracedShare[] }[] };
  /** What the policy asks for and cannot have. */
  readonly problems: readonly string[];
  /** Empty: the kernel holds what plan wants. */
  readonly differences: readonly Difference[];
  /** One sentence: where the call goes, or why it is refused. */
  readonly verdict: string;
}
