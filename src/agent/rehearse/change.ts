/** What is rehearsed, laid over the objects that are there. Pure. */
import { GLOBAL_TRAFFIC_POLICIES, type GlobalTrafficPolicy, type MemberCluster } from '#api/index.ts';
import type { FlomeshPolicy } from '#compat/index.ts';
import { SealaneError } from '#kit/index.ts';
import type { Cache } from '#kube/index.ts';
import { apiVersionOf, type KubeObject, keyOf } from '#objects/index.ts';
import type { ClusterView } from '../watch/cluster-view.ts';

export type PolicyObject = GlobalTrafficPolicy | FlomeshPolicy;

export interface Change {
  /** As admission would store them. */
  readonly policies: readonly PolicyObject[];
  /** Members that get no new connections. */
  readonly drain: readonly string[];
  /** Members that can no longer be called, and call nobody. */
  readonly fail: readonly string[];
}

/** A drain is what `spec.drain` is; whoever fails has no gateway that answers. */
export function changedMembers(members: readonly MemberCluster[], { drain, fail }: Change): MemberCluster[] {
  return members.map((member) => {
    const { name } = member.metadata;
    const drained = drain.includes(name) ? { ...member, spec: { ...member.spec, drain: true } } : member;
    return fail.includes(name) ? { ...drained, status: { ...drained.status, gateways: [] } } : drained;
  });
}

/** @throws `agent/unknown-member` */
export function checkNames(
  members: readonly MemberCluster[],
  asked: Readonly<Record<string, readonly string[]>>,
): void {
  const known = members.filter(({ spec }) => !spec?.removed).map(({ metadata }) => metadata.name);
  for (const [flag, names] of Object.entries(asked)) {
    const unknown = names.find((name) => !known.includes(name));
    if (unknown === undefined) continue;
    throw new SealaneError('agent/unknown-member', `rehearse --${flag} ${unknown}: no member is called so`, {
      hint: `members: ${known.toSorted().join(', ') || 'none'}`,
    });
  }
}

/** The view of a cluster as it would be read after the change. */
export function changedView(view: ClusterView, change: Change): ClusterView {
  const ours = apiVersionOf(GLOBAL_TRAFFIC_POLICIES);
  const own = change.policies.filter(({ apiVersion }) => apiVersion === ours) as readonly GlobalTrafficPolicy[];
  const others = change.policies.filter(({ apiVersion }) => apiVersion !== ours) as readonly FlomeshPolicy[];
  const types = view.caches.filter(([, cache]) => view.compatPolicies.some((one) => one === cache));
  const compatPolicies = view.compatPolicies.map((cache) => {
    const type = types.find(([, one]) => one === cache)?.[0];
    return overlaid(cache, type ? others.filter(({ apiVersion }) => apiVersion === apiVersionOf(type)) : []);
  });
  return {
    ...view,
    policies: overlaid(view.policies, own),
    compatPolicies,
    members: overlaid(view.members, changedMembers(view.members.list(), change)),
  };
}

function overlaid<T extends KubeObject>(cache: Cache<T>, objects: readonly T[]): Cache<T> {
  const all = new Map([...cache.list(), ...objects].map((object) => [keyOf(object), object]));
  return {
    ...cache,
    get: (key) => all.get(key),
    list: () => [...all.values()],
    keys: () => [...all.keys()],
  };
}
