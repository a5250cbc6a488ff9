/** What `sealane agent` is told. */
import type { Clock, Log } from '#kit/index.ts';
import type { Metrics } from '#observe/index.ts';

export interface AgentOptions {
  /** Name of this member. */
  readonly cluster: string;
  readonly nodeName: string;
  /** Path of a kubeconfig for the local API server. */
  readonly kubeconfig: string;
  /** cgroup v2 folder that holds the pods of this node; the hooks attach there. */
  readonly cgroup: string;
  /** Folder in a BPF filesystem, this agent's own. */
  readonly pinDir: string;
  readonly roles: readonly ('node' | 'gateway')[];
  /** Where other members reach this gateway, one address of each family, and the device that carries them. */
  readonly gatewayAddress?: readonly string[];
  readonly gatewayDevice?: string;
  /** The cluster's DNS addresses that pods have in resolv.conf, at most one of a family. */
  readonly clusterDns: readonly string[];
  /** The cluster's own DNS servers, asked in order. */
  readonly upstreamDns: readonly string[];
  /** Serve every ClusterIP, in kube-proxy's place. */
  readonly serviceProxy: boolean;
  /** One of each family. */
  readonly vipRange: readonly string[];
  readonly lanePorts: { readonly first: number; readonly last: number };
  /** UDP: where this gateway answers probes, and probes from. */
  readonly probePort: number;
  /** Where snapshots and process ids are kept; survives a restart of the agent, not of the machine. */
  readonly stateDir: string;
  /** Where the resolver listens on the node, at most one of a family; by default the gateway's or the node's address, port 9953. */
  readonly resolverAddress?: readonly string[];
  /** Where the resolver's metrics are served: `address:port`, `[address]:port` or `none`. */
  readonly resolverMetricsAddress: string;
  /** The same for the prober of a gateway. */
  readonly proberMetricsAddress: string;
  readonly metrics: Metrics;
  /** Bytes of the ring of events for `sealane watch`: a power of two. */
  readonly eventsBuffer: number;
  /** Folder of the compiled programs. */
  readonly objects: string;
  /** Said in its Lease. */
  readonly version: string;
  readonly log: Log;
  readonly clock: Clock;
}

export const RESOLVER_PORT = 9953;
