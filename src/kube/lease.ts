/** Leases: a sign of life with annotations (agents), and the election of one among several (member, hub). */
import { type Clock, isFault, microTimestamp } from '#kit/index.ts';
import type { KubeObject } from '#objects/index.ts';
import { type Lease, LEASES } from '#api/index.ts';
import type { Client } from './client.ts';

export interface LeaseSign {
  readonly namespace: string;
  readonly name: string;
  readonly holder: string;
  readonly durationSeconds: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly fieldManager: string;
}

/** Says "alive" by server-side apply: creates the Lease, or renews it. */
export function renewLease(client: Client, sign: LeaseSign, clock: Clock): Promise<Lease> {
  const { namespace, name, labels, annotations, holder, durationSeconds, fieldManager } = sign;
  const lease: KubeObject & { spec: object } = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace, name, labels, annotations },
    spec: { holderIdentity: holder, leaseDurationSeconds: durationSeconds, renewTime: microTimestamp(clock) },
  };
  return client.apply(LEASES, lease as Lease & KubeObject, { fieldManager });
}

export interface Claim {
  readonly namespace: string;
  readonly name: string;
  /** Stable over restarts, so that a restarted process need not wait for its own Lease to run out. */
  readonly identity: string;
  /** New for every process: tells two processes under one identity apart. */
  readonly instance: string;
  readonly durationSeconds: number;
}

export const ANNOTATION_INSTANCE = 'sealane.dev/instance';

/**
 * One try to take or keep the Lease. Time is judged by how long it has not changed here, never by the writer's clock.
 *
 * @param seen   what was seen last, and when (monotonic)
 * @param wasOurs whether this process held it last time: then another instance under our name means that we have lost it
 */
export async function tryClaim(
  client: Client,
  claim: Claim,
  seen: Seen,
  wasOurs: boolean,
  clock: Clock,
): Promise<boolean> {
  const lease = await client.find<Lease>(LEASES, claim);
  if (!lease) return write(() => client.create(LEASES, leaseOf(claim, clock)));
  const version = lease.metadata.resourceVersion ?? '';
  if (seen.version !== version) Object.assign(seen, { version, since: clock.monotonic() });
  if (!mayTake(lease, claim, seen, wasOurs, clock)) return false;
  const renewed = leaseOf(claim, clock, lease);
  return write(() => client.update(LEASES, renewed));
}

export interface Seen {
  version: string;
  since: number;
  /** Set once lost to another instance of the same identity: from then on wait like a stranger. */
  rival: boolean;
}

function mayTake(lease: Lease, claim: Claim, seen: Seen, wasOurs: boolean, clock: Clock): boolean {
  const holder = lease.spec?.holderIdentity;
  if (!holder) return true;
  const instance = lease.metadata.annotations?.[ANNOTATION_INSTANCE];
  if (holder === claim.identity && instance === claim.instance) return true;
  if (holder === claim.identity && wasOurs) seen.rival = true;
  if (holder === claim.identity && !seen.rival) return true;
  return clock.monotonic() - seen.since > (lease.spec?.leaseDurationSeconds ?? claim.durationSeconds) * 1000;
}

function leaseOf(claim: Claim, clock: Clock, before?: Lease): Lease {
  const now = microTimestamp(clock);
  const same = before?.spec?.holderIdentity === claim.identity;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      ...before?.metadata,
      namespace: claim.namespace,
      name: claim.name,
      annotations: { ...before?.metadata.annotations, [ANNOTATION_INSTANCE]: claim.instance },
    },
    spec: {
      holderIdentity: claim.identity,
      leaseDurationSeconds: claim.durationSeconds,
      acquireTime: same ? (before?.spec?.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: (before?.spec?.leaseTransitions ?? 0) + (before && !same ? 1 : 0),
    },
  };
}

/** Lets somebody else take it at once. */
export async function release(client: Client, claim: Claim, clock: Clock): Promise<void> {
  const lease = await client.find<Lease>(LEASES, claim);
  if (lease?.metadata.annotations?.[ANNOTATION_INSTANCE] !== claim.instance) return;
  const free = leaseOf({ ...claim, identity: '' }, clock, lease);
  await write(() => client.update(LEASES, free));
}

/** Losing a race is an answer, not a fault. */
async function write(attempt: () => Promise<unknown>): Promise<boolean> {
  try {
    await attempt();
    return true;
  } catch (error) {
    if (isFault(error, 'kube/conflict') || isFault(error, 'kube/exists')) return false;
    throw error;
  }
}
