/** What a topology file says, with every default filled in and every address worked out. */
import type { Family, Range } from '#kit/index.ts';
import type { PerFamily } from './per-family.ts';

export type Transport = 'Plain' | 'WireGuard' | 'MTLS';

export interface Topology {
  /** Where the nodes of all clusters, the hub and the machine meet: a range of every family that a cluster has. */
  readonly wans: PerFamily<Range>;
  /** Whether the file says `wan`; if not, another may be taken when this one is not free. */
  readonly wanIsWritten: boolean;
  /** Whether the embedded propagation evicts what is on a cluster with a NoExecute taint (Karmada's default: it does not). */
  readonly failover: boolean;
  readonly hub: Place;
  readonly clusters: readonly Cluster[];
}

/** Something with addresses on the WAN. */
export interface Place {
  readonly wanAddresses: PerFamily<string>;
}

export interface Cluster extends Place {
  /** A DNS label; also the name of the member. */
  readonly name: string;
  /** From 1. */
  readonly index: number;
  /** What its pods, services and nodes have addresses of; everything below is in this order. */
  readonly families: PerFamily<Family>;
  readonly transport: Transport;
  readonly region?: string;
  readonly zone?: string;
  readonly podRanges: PerFamily<Range>;
  readonly serviceRanges: PerFamily<Range>;
  readonly vipRanges: PerFamily<Range>;
  readonly lans: PerFamily<Range>;
  readonly lanePorts: { readonly first: number; readonly last: number };
  /** The control plane's addresses on the LAN. */
  readonly lanAddresses: PerFamily<string>;
  /** Cluster IPs of the cluster's DNS. */
  readonly dnsAddresses: PerFamily<string>;
  readonly nodes: readonly ClusterNode[];
}

export interface ClusterNode extends Place {
  /** `node-1` … */
  readonly name: string;
  /** From 1. */
  readonly index: number;
  readonly gateway: boolean;
  readonly lanAddresses: PerFamily<string>;
  /** /24 or /64 out of the cluster's. */
  readonly podRanges: PerFamily<Range>;
}
