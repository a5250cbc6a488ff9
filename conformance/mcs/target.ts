/** A cluster set that the suite runs on: real clusters or the sandbox's. */
import type { Client } from '#kube/index.ts';

export interface McsMember {
  /** As the set knows it: in labels, names and conditions. */
  readonly name: string;
  readonly client: Client;
}

export interface McsTarget {
  /** Three or more; an export of the first is older than one of the others when the hub saw both in one second. */
  readonly members: readonly McsMember[];
  /** Whether no two pods of the set have one address. */
  readonly disjoint: boolean;
  /** Of a pod that answers on 42/TCP (HTTP) and 42/UDP with a line that names its cluster and pod. */
  readonly serverContainers: readonly object[];
  /** Nodes of that member; that of the pod which calls is the first. */
  nodes(member: McsMember): Promise<readonly string[]>;
  /** Calls from a pod in that member. @param url `http://` or `udp://` */
  call(member: McsMember, url: string, count?: number): Promise<Answers>;
  /** Asks the resolver that pods of that member have. */
  lookup(member: McsMember, name: string, type: RecordType): Promise<Lookup>;
  close(): Promise<void>;
}

export type RecordType = 'A' | 'AAAA' | 'SRV';

export interface Answers {
  readonly count: number;
  readonly failed: number;
  /** By cluster, and by `cluster/pod`. */
  readonly clusters: Readonly<Record<string, number>>;
  readonly pods: Readonly<Record<string, number>>;
  readonly failures: Readonly<Record<string, number>>;
}

export interface Lookup {
  /** `NOERROR`, `NXDOMAIN` when the name does not exist, `NODATA` when it has no such records. */
  readonly status: string;
  /** Addresses, or `target:port` of SRV; sorted. */
  readonly records: readonly string[];
}
