/** What the kernel's connect tables should hold, one address:port:protocol at a time. Plain data. */
import type { Address } from '#kit/index.ts';
import type { Limits } from '#kernel/index.ts';
import type { Protocol } from '#plan/index.ts';

export interface DesiredBackend {
  readonly address: Address;
  readonly port: number;
  /** `backend_flag` bits of bpf/include/tables.h. */
  readonly flags: number;
  /** Slot of the `alive` SOCKMAP that must hold a socket, when the flags say so. */
  readonly slot?: number;
  /** Member that the backend belongs to; the kernel counts by it. */
  readonly cluster: string;
}

/** Backends that share one entry of the share table: a service's endpoints in one cluster. */
export interface DesiredGroup {
  readonly key: string;
  readonly backends: readonly DesiredBackend[];
}

export interface DesiredTier {
  /** The shuffled share table: a group's key for each slot. */
  readonly slots: readonly string[];
}

/** Nobody is ejected. */
export const NEVER: Limits = { failures: 0, percent: 0, resets: 0, baseMs: 0 };

export interface DesiredService {
  readonly address: Address;
  readonly port: number;
  readonly protocol: Exclude<Protocol, 'SCTP'>;
  /** No tier: the call is refused. */
  readonly tiers: readonly DesiredTier[];
  readonly groups: readonly DesiredGroup[];
  /** The whole address is ours: its other ports are refused. */
  readonly ownsAddress: boolean;
  /** How long a client keeps its backend after its last connection; absent: not at all. */
  readonly affinitySeconds?: number;
  /** When backends are ejected; absent: never. */
  readonly limits?: Limits;
}

export function vipKey(service: Pick<DesiredService, 'address' | 'port' | 'protocol'>): string {
  return `${service.address}:${service.port}/${service.protocol}`;
}
