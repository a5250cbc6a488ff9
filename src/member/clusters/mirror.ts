/** MemberClusters of the hub, mirrored into this member for its agents. What the hub no longer shows stays. */
import {
  FIELD_MANAGER,
  LABEL_FROM,
  LABEL_MIRROR,
  MEMBER_CLUSTERS,
  type MemberCluster,
  type MemberClusterStatus,
} from '#api/index.ts';
import { timestamp } from '#kit/index.ts';
import { type Condition, deepEqual } from '#objects/index.ts';
import { type Judgement, withConditions } from '../conditions/with-conditions.ts';
import { ensure } from '../ensure.ts';
import type { MemberState } from '../member-state.ts';
import type { Agents } from './agents.ts';
import { judgeReach, REACHABLE } from './judge-reach.ts';

export async function keepMirror({ caches, settings }: MemberState, agents: Agents, name: string): Promise<void> {
  const { client } = settings;
  const onHub = caches.hubMembers.get(name);
  const mirror = caches.mirrors.get(name);
  if (!onHub) {
    const left = mirror?.spec?.removed && name !== settings.cluster && caches.hubSynced;
    if (mirror && left) await client.delete(MEMBER_CLUSTERS, mirror.metadata);
    return;
  }
  if (mirror && isUnspoken(onHub)) return;
  const desired: MemberCluster = {
    apiVersion: onHub.apiVersion,
    kind: 'MemberCluster',
    metadata: { name, labels: { [LABEL_MIRROR]: 'true' } },
    spec: onHub.spec ?? {},
  };
  const written = await ensure(client, MEMBER_CLUSTERS, mirror, desired);
  const reach = name === settings.cluster ? undefined : judgeReach(name, agents.verdicts());
  const status = {
    ...mirroredStatus(onHub.status ?? {}),
    conditions: withReach(
      onHub.status?.conditions ?? [],
      written.status?.conditions ?? [],
      reach,
      timestamp(settings.clock),
    ),
  };
  if (covers(written.status ?? {}, status)) return;
  await client.patch(
    MEMBER_CLUSTERS,
    { name },
    { status },
    { subresource: 'status', fieldManager: FIELD_MANAGER.member },
  );
}

/** What the member says of itself, and whether it is reached from here: no other member can say that. */
function withReach(
  own: readonly Condition[],
  before: readonly Condition[],
  reach: Judgement | undefined,
  now: string,
): Condition[] {
  const isReach = ({ type }: Condition) => type === REACHABLE;
  const known = before.filter(isReach);
  const ours = withConditions(known, reach ? [reach] : [], now, [REACHABLE]) ?? known;
  return [...own.filter((one) => !isReach(one)), ...ours];
}

/**
 * Made by the hub out of another tool's cluster, and the member itself has said nothing yet: after a hub was emptied its spec is not
 * what the admin wrote. The member puts that right before it speaks.
 */
export function isUnspoken({ metadata, status }: MemberCluster): boolean {
  return metadata.labels?.[LABEL_FROM] !== undefined && status?.clusterUID === undefined;
}

const NOT_MIRRORED = new Set(['observed', 'published', 'leftOver']);

/** Without what only members read on the hub: it changes often, and every member would write it again. */
function mirroredStatus(status: MemberClusterStatus): MemberClusterStatus {
  return Object.fromEntries(Object.entries(status).filter(([field]) => !NOT_MIRRORED.has(field)));
}

function covers(before: MemberClusterStatus, after: MemberClusterStatus): boolean {
  return Object.entries(after).every(([field, value]) => deepEqual(before[field as keyof MemberClusterStatus], value));
}
