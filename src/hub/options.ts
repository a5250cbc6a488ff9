import type { Clock, Log } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import type { Metrics } from '#observe/index.ts';

export interface HubOptions {
  /** The hub's API server. */
  readonly client: Client;
  /** Stable over restarts of this process; default: the host's name. */
  readonly identity?: string;
  /** How long what Karmada evicts is held, at most, until its cluster is drained; 0: never. Default: 10 minutes. */
  readonly maxHoldMs?: number;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly metrics?: Metrics;
  /** Ends the hub's controllers. */
  readonly signal: AbortSignal;
}
