/** What every controller here works with. */
import type { Clock, Log } from '#kit/index.ts';
import type { Cache, Client } from '#kube/index.ts';
import type { KarmadaCluster, OverridePolicy, PropagationPolicy, ResourceBinding } from '../types.ts';
import type { Kinds } from './kinds.ts';
import type { Members } from './members.ts';

export interface Context {
  readonly hub: Client;
  readonly members: Members;
  readonly kinds: Kinds;
  readonly policies: Cache<PropagationPolicy>;
  readonly clusterPolicies: Cache<PropagationPolicy>;
  readonly overrides: Cache<OverridePolicy>;
  readonly clusterOverrides: Cache<OverridePolicy>;
  readonly bindings: Cache<ResourceBinding>;
  readonly clusterBindings: Cache<ResourceBinding>;
  readonly clusters: Cache<KarmadaCluster>;
  /** Whether NoExecute taints evict (Karmada: the gate Failover, and `--enable-no-execute-taint-eviction`). */
  readonly failover: boolean;
  readonly clock: Clock;
  readonly log: Log;
}
