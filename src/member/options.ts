import type { Clock, Log } from '#kit/index.ts';
import type { Client, Teller } from '#kube/index.ts';
import type { Metrics } from '#observe/index.ts';

export interface MemberOptions {
  /** Name of this member: one DNS label of at most 48 characters. */
  readonly cluster: string;
  /** This cluster's API server. */
  readonly client: Client;
  /** The hub's API server. */
  readonly hub: Client;
  /** One of each family that this cluster has, its own first; default 240.10.0.0/16. */
  readonly vipRanges?: readonly string[];
  /** First and last lane port, both included; default 10000-14999. */
  readonly lanePorts?: { readonly first: number; readonly last: number };
  /** Where pods of this cluster have addresses; default: as its Nodes say. */
  readonly podRanges?: readonly string[];
  /** Make a Service for each import, for pods that no hook sees; its address is the import's then. Default false. */
  readonly derivedServices?: boolean;
  /** Take a name over that another cluster (another UID) has used. */
  readonly takeover?: boolean;
  /** Stable over restarts of this process; default: the host's name. */
  readonly identity?: string;
  /** Shown in the MemberCluster's status. */
  readonly version?: string;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly metrics?: Metrics;
  /** Ends the member. */
  readonly signal: AbortSignal;
}

/** Options with every default in place. */
export type MemberSettings = Required<Omit<MemberOptions, 'podRanges'>> &
  Pick<MemberOptions, 'podRanges'> & {
    /** Events in this cluster. */
    readonly teller: Teller;
  };
