/** What a topology file says, with every default filled in and every address worked out. */
import type { Range } from '#kit/index.ts';

export type Transport = 'Plain' | 'WireGuard' | 'MTLS';

export interface Topology {
  /** Where the nodes of all clusters, the hub and the machine meet; /24. */
  readonly wan: Range;
  /** Whether the file says `wan`; if not, another may be taken when this one is not free. */
  readonly wanIsWritten: boolean;
  readonly hub: Place;
  readonly clusters: readonly Cluster[];
}

/** Something with an address on the WAN. */
export interface Place {
  readonly wanAddress: string;
}

export interface Cluster extends Place {
  /** A DNS label; also the name of the member. */
  readonly name: string;
  /** From 1. */
  readonly index: number;
  readonly transport: Transport;
  readonly region?: string;
  readonly zone?: string;
  readonly podRange: Range;
  readonly serviceRange: Range;
  readonly vipRange: Range;
  readonly lan: Range;
  readonly lanePorts: { readonly first: number; readonly last: number };
  /** The control plane's address on the LAN. */
  readonly lanAddress: string;
  /** Cluster IP of the cluster's DNS. */
  readonly dnsAddress: string;
  readonly nodes: readonly ClusterNode[];
}

export interface ClusterNode extends Place {
  /** `node-1` … */
  readonly name: string;
  /** From 1. */
  readonly index: number;
  readonly gateway: boolean;
  readonly lanAddress: string;
  /** /24 out of the cluster's range. */
  readonly podRange: Range;
}
