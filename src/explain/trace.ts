import type { CompiledPort, Protocol, Tier } from '#plan/index.ts';

/** One backend entry of the kernel as plain data: a pod at home, or a gateway's lane port. */
export interface KernelBackend {
  readonly address: string;
  readonly port: number;
}

/** Shares of one tier as counted in the kernel's table, and the backends of each cluster's group. */
export interface KernelTier {
  readonly shares: readonly {
    /** Name of the group's cluster; undefined when the kernel's group id is not known to plan. */
    readonly cluster?: string;
    readonly group: number;
    readonly slots: number;
    readonly backends: readonly KernelBackend[];
  }[];
}

/** What the kernel has for one (address, port, protocol); undefined entry: it does not know the address. */
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
}

export interface TraceInput {
  /** The question: who calls what. */
  readonly caller: {
    readonly cluster: string;
    readonly namespace: string;
    readonly pod: string;
    readonly node?: string;
  };
  /** Host as typed, port and protocol. */
  readonly target: { readonly host: string; readonly port: number; readonly protocol: Protocol };
  readonly dns: {
    readonly rcode: string;
    readonly addresses: readonly string[];
    /** The full name that answered, after the search path. */
    readonly name?: string;
    readonly answeredBy?: string;
  };
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

export interface TraceReport {
  readonly question: {
    readonly caller: string;
    readonly name: string;
    readonly port: number;
    readonly protocol: Protocol;
  };
  readonly dns: TraceInput['dns'];
  readonly address?: string;
  readonly service?: { readonly namespace: string; readonly name: string; readonly portName: string };
  readonly resolved: readonly Tier[];
  readonly tiers: readonly {
    readonly shares: readonly {
      readonly cluster: string;
      readonly slots: number;
      /** 0 … 100, of this tier. */
      readonly percent: number;
      readonly backends: readonly string[];
    }[];
  }[];
  readonly problems: readonly string[];
  readonly differences: readonly Difference[];
  /** One sentence: where the call goes, or why it is refused. */
  readonly verdict: string;
}

export function trace(input: TraceInput): TraceReport {
  throw new Error(`not written: ${input.target.host}`);
}
