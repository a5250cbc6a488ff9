/** The agent's Lease: says that it lives, what its kernel has applied, and where its gateway is. */
import {
  AGENT_LEASE_EXPIRY_MS,
  AGENT_LEASE_RENEW_MS,
  ANNOTATION_APPLIED,
  ANNOTATION_DRAINS,
  ANNOTATION_FULL_TABLES,
  ANNOTATION_GATEWAY,
  ANNOTATION_VERDICTS,
  ANNOTATION_VERSION,
  agentLeaseName,
  FIELD_MANAGER,
  LABEL_AGENT,
  LABEL_GATEWAY,
  SYSTEM_NAMESPACE,
} from '#api/index.ts';
import { type Clock, every, type Log } from '#kit/index.ts';
import type { Verdicts } from '#plan/index.ts';
import { type Client, type LeaseSign, renewLease } from '#kube/index.ts';
import type { DrainSaid } from '../drain/model.ts';

export interface LeaseContent {
  readonly node: string;
  readonly version: string;
  readonly gateway:
    | {
        readonly name: string;
        readonly address: string;
        readonly addresses: readonly string[];
        readonly device: string;
        readonly probePort?: number;
      }
    | undefined;
  /** What this gateway found out about those of other members. */
  readonly verdicts: () => Verdicts | undefined;
  /** Generation of each policy that the kernel has. */
  readonly applied: () => Readonly<Record<string, number>>;
  /** Share in use of each kernel table that is too full. */
  readonly fullTables: () => Readonly<Record<string, number>>;
  /** By member that is drained: what this node has open to it. */
  readonly drains: () => Readonly<Record<string, DrainSaid>>;
  /** Nothing is said before: a gateway that is named is called. */
  readonly ready: () => boolean;
}

export interface AgentLease {
  /** Something in it changed: renew soon rather than at the next turn. */
  touch(): void;
  stop(): void;
}

const SOON_MS = 100;

export function keepLease(client: Client, content: LeaseContent, clock: Clock, log: Log): AgentLease {
  let pending: (() => void) | undefined;
  const renew = async () => {
    pending?.();
    pending = undefined;
    if (!content.ready()) return;
    try {
      await renewLease(client, signOf(content), clock);
    } catch (error) {
      log.debug({ err: error }, 'lease not renewed, next turn');
    }
  };
  const stop = every(clock, AGENT_LEASE_RENEW_MS, renew);
  void renew();
  return {
    touch() {
      pending ??= clock.after(SOON_MS, () => void renew());
    },
    stop() {
      pending?.();
      stop();
    },
  };
}

function signOf({ node, version, gateway, applied, fullTables, verdicts, drains }: LeaseContent): LeaseSign {
  const full = fullTables();
  const found = verdicts();
  const drained = drains();
  return {
    namespace: SYSTEM_NAMESPACE,
    name: agentLeaseName(node),
    holder: node,
    durationSeconds: AGENT_LEASE_EXPIRY_MS / 1000,
    labels: { [LABEL_AGENT]: 'true', ...(gateway && { [LABEL_GATEWAY]: 'true' }) },
    annotations: {
      [ANNOTATION_VERSION]: version,
      [ANNOTATION_APPLIED]: JSON.stringify(applied()),
      ...(Object.keys(full).length > 0 && { [ANNOTATION_FULL_TABLES]: JSON.stringify(full) }),
      ...(Object.keys(drained).length > 0 && { [ANNOTATION_DRAINS]: JSON.stringify(drained) }),
      ...(gateway && { [ANNOTATION_GATEWAY]: JSON.stringify(gateway) }),
      ...(found && { [ANNOTATION_VERDICTS]: JSON.stringify(found) }),
    },
    fieldManager: FIELD_MANAGER.agent,
  };
}
