/** `sealane drain`: what is wanted goes into the spec of a MemberCluster on the hub, after a look at whom it would leave alone. */
import {
  CLUSTER_EXPORTS,
  type ClusterExport,
  hubNamespace,
  MEMBER_CLUSTERS,
  type MemberCluster,
  SERVICE_KEY,
} from '#api/index.ts';
import { leftAlone } from '#explain/index.ts';
import { type Clock, isFault, SealaneError } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import { drainedOf } from '#plan/index.ts';
import { type DrainChange, type DrainFields, drainFields } from './drain-fields.ts';

export interface DrainRequest extends DrainChange {
  readonly cluster: string;
  /** Also where it leaves services with nobody, or names some that the cluster does not export. */
  readonly force: boolean;
}

/** Members write their status all the time; the look is taken again then. */
const TRIES = 10;
const NAMES_SHOWN = 10;

/**
 * @throws `hub/no-such-member`, `hub/bad-service`, `hub/bad-deadline`, `hub/no-such-export`, `hub/leaves-nobody`,
 *   `hub/drained-whole`, `kube/...`; nothing is changed then
 */
export async function askDrain(client: Client, request: DrainRequest, clock: Clock): Promise<MemberCluster> {
  refuseNonsense(request, clock);
  for (let tries = 1; ; tries++) {
    try {
      return await askOnce(client, request, clock);
    } catch (error) {
      if (!isFault(error, 'kube/conflict') || tries === TRIES) throw error;
    }
  }
}

async function askOnce(client: Client, request: DrainRequest, clock: Clock): Promise<MemberCluster> {
  const members = await client.list<MemberCluster>(MEMBER_CLUSTERS);
  const member = known(members, request.cluster);
  const fields = drainFields(member.spec ?? {}, request, clock.now());
  if (!request.undo && !request.force) await refuseHarm(client, members, request, fields);
  const patch = { metadata: { resourceVersion: member.metadata.resourceVersion }, spec: fields };
  return client.patch<MemberCluster>(MEMBER_CLUSTERS, { name: request.cluster }, patch, {
    fieldManager: 'sealane-drain',
  });
}

function refuseNonsense({ cluster, services, deadline }: DrainRequest, clock: Clock): void {
  const bad = services.find((service) => !SERVICE_KEY.test(service));
  if (bad !== undefined) {
    const hint = 'NAMESPACE/NAME, such as shop/cart';
    throw new SealaneError('hub/bad-service', `drain service "${bad}" of ${cluster}: not a service`, { hint });
  }
  if (deadline !== undefined && deadline <= clock.now()) {
    const at = new Date(deadline).toISOString();
    throw new SealaneError('hub/bad-deadline', `drain ${cluster}: the deadline ${at} is past`, {
      hint: `it is ${new Date(clock.now()).toISOString()} here`,
    });
  }
}

function known(members: readonly MemberCluster[], cluster: string): MemberCluster {
  const present = members.filter(({ spec }) => !spec?.removed);
  const found = present.find(({ metadata }) => metadata.name === cluster);
  if (found) return found;
  const names = present.map(({ metadata }) => metadata.name).toSorted();
  throw new SealaneError('hub/no-such-member', `drain ${cluster}: no member of that name is in the set`, {
    hint: names.length > 0 ? `members: ${names.join(', ')}` : 'no member has joined, or this is not the hub',
  });
}

async function refuseHarm(
  client: Client,
  members: readonly MemberCluster[],
  { cluster, services }: DrainRequest,
  { drain, drainServices }: DrainFields,
): Promise<void> {
  const exports = await client.list<ClusterExport>(CLUSTER_EXPORTS);
  const own = new Set(exports.flatMap((one) => (one.metadata.namespace === hubNamespace(cluster) ? keyOf(one) : [])));
  const missing = services.filter((service) => !own.has(service));
  if (missing.length > 0) {
    throw new SealaneError('hub/no-such-export', `drain ${cluster}: it does not export ${listed(missing)}`, {
      hint: own.size > 0 ? `it exports ${listed([...own].toSorted())}` : 'it exports nothing',
    });
  }
  const alone = leftAlone(members, exports, cluster, drainedOf({ drain, drainServices: drainServices ?? [] }));
  if (alone.length === 0) return;
  throw new SealaneError('hub/leaves-nobody', `drain ${cluster}: nobody else serves ${listed(alone)}`, {
    hint: '--force drains all the same; calls to them are refused then',
  });
}

function keyOf({ spec: { service } }: ClusterExport): string {
  return `${service.namespace}/${service.name}`;
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN;
  return [...names.slice(0, NAMES_SHOWN), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
