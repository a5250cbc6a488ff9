import type { LeftOver } from '#api/index.ts';

/** What `sealane status` is given, and what it says. */
export interface SeenCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
}

/** What is read of the objects; every field beyond the names may be missing. */
export interface ClusterObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
  };
  readonly spec?: {
    readonly transport?: string;
    readonly drain?: boolean;
    readonly drainServices?: readonly string[];
    readonly drainDeadline?: string;
    readonly removed?: boolean;
    readonly type?: string;
    readonly ips?: readonly string[];
    readonly lbType?: string;
    readonly targets?: readonly { readonly clusterKey: string; readonly weight?: number }[];
  };
  readonly status?: {
    readonly conditions?: readonly SeenCondition[];
    readonly gateways?: readonly { readonly name: string; readonly address: string }[];
    readonly clusters?: readonly { readonly cluster: string }[];
    readonly leftOver?: readonly LeftOver[];
  };
}

export interface StatusLine {
  /** API group. */
  readonly group: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly detail: string;
  readonly conditions: readonly SeenCondition[];
  /** What keeps it from being settled. */
  readonly missing: readonly string[];
}

export interface StatusReport {
  /** Everything is Ready or Programmed. */
  readonly settled: boolean;
  readonly missing: readonly string[];
  /** What somebody has to look after, although all goes on as it is. */
  readonly warnings: readonly string[];
  readonly lines: readonly StatusLine[];
}
