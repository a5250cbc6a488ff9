/** What a machine and its cluster are like, as far as sealane cares; collected elsewhere. */

import type { Family } from '#kit/index.ts';

/** A fact, or why it is not known. */
export type Known<T> = { readonly value: T } | { readonly problem: string; readonly hint?: string };

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export interface Facts {
  /** What is going to be asked for. */
  readonly wanted: {
    /** One of each family. */
    readonly vipRanges: readonly string[];
    readonly lanePorts: PortRange;
    readonly snatPorts: PortRange;
    /** UDP. */
    readonly probePort: number;
    readonly version: string;
  };
  readonly machine: MachineFacts;
  /** Only with access to its API server. */
  readonly cluster?: Known<ClusterFacts>;
}

export interface MachineFacts {
  /** Release of the kernel; a problem when it is too old. */
  readonly kernel: Known<string>;
  /** Path of the kernel's type information. */
  readonly btf: Known<string>;
  /** Where cgroup v2 is mounted. */
  readonly cgroup: Known<string>;
  /** Where a BPF filesystem is mounted. */
  readonly bpffs: Known<string>;
  /** Capabilities that are missing. */
  readonly lacking: readonly string[];
  /** Version of libbpf. */
  readonly libbpf: Known<string>;
  /** Programs of others at the hooks of the pods' cgroup; undefined when no cgroup was named. */
  readonly foreign?: Known<readonly { readonly hook: string; readonly programs: readonly string[] }[]>;
  /** Agents of this machine that could not start the last time, and why. */
  readonly failures: readonly { readonly agent: string; readonly at: string; readonly message: string }[];
  /** Ports that local sockets hold, those of agents' own processes left out. */
  readonly ports: readonly { readonly port: number; readonly protocol: string }[];
  readonly routes: readonly { readonly range: string; readonly device: string }[];
  readonly forwards: Readonly<Record<Family, boolean>>;
  readonly localPorts: PortRange;
  /** 0 off, 1 strict, 2 loose: the effective value, by device. */
  readonly rpFilter: Readonly<Record<string, number>>;
  /** Those that are up. */
  readonly devices: readonly { readonly name: string; readonly mtu: number }[];
  /** The one that lanes use; undefined when there is none. */
  readonly gatewayDevice?: string;
}

export interface ClusterFacts {
  /** Of the API server. */
  readonly version: string;
  /** API server's clock minus ours, milliseconds; its header tells whole seconds. */
  readonly skewMs: number;
  readonly ranges: readonly { readonly what: 'pods' | 'services' | 'nodes'; readonly range: string }[];
  /** What the credentials may not read. */
  readonly unread: readonly string[];
  /** Of sealane, by who runs it: `member east`, `agent node1`. */
  readonly versions: Readonly<Record<string, string>>;
  /** Given to imports, none of them a Service's. */
  readonly vips: readonly string[];
}
