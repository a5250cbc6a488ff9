/** What every controller here works with. */
import type { Clock, Log } from '#kit/index.ts';
import type { Cache, Client } from '#kube/index.ts';
import type { KarmadaCluster, PropagationPolicy, ResourceBinding } from '../types.ts';
import type { Kinds } from './kinds.ts';
import type { Members } from './members.ts';

export interface Context {
  readonly hub: Client;
  readonly members: Members;
  readonly kinds: Kinds;
  readonly policies: Cache<PropagationPolicy>;
  readonly bindings: Cache<ResourceBinding>;
  readonly clusters: Cache<KarmadaCluster>;
  readonly clock: Clock;
  readonly log: Log;
}
