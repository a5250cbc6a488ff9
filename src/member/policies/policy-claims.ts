/** The policies that speak of one service, ours and the ancestors'. */
import { GLOBAL_TRAFFIC_POLICIES } from '#api/index.ts';
import { type Claim, choose, readTrafficPolicy } from '#compat/index.ts';
import type { KubeObject, ResourceType } from '#objects/index.ts';
import { type Problem, type TrafficPolicy, trafficPolicy } from '#plan/index.ts';
import type { MemberState } from '../member-state.ts';

export interface Written {
  readonly object: KubeObject;
  readonly type: ResourceType;
  readonly policy: TrafficPolicy;
  readonly problems: readonly Problem[];
}

/** The one that is heard. @param service `namespace/name` */
export function heardPolicy(state: MemberState, service: string): TrafficPolicy | undefined {
  return choose(policyClaims(state, service))?.winner.value.policy;
}

export function policyClaims({ caches }: MemberState, service: string): Claim<Written>[] {
  const own = caches.policies.get(service);
  const claims: Claim<Written>[] = caches.flomeshPolicies.flatMap(({ type, cache }) => {
    const object = cache.get(service);
    const origin = type.group === 'flomesh.io' ? ('flomesh.io' as const) : ('multicluster.flomesh.io' as const);
    return object ? [{ origin, value: { object, type, ...readTrafficPolicy(object) } }] : [];
  });
  if (own) {
    const policy = trafficPolicy(own.spec ?? {}, 'sealane.dev');
    claims.push({
      origin: 'sealane.dev',
      value: { object: own, type: GLOBAL_TRAFFIC_POLICIES, policy, problems: shapeProblems(policy) },
    });
  }
  return claims;
}

/** What the schema's rules say too, for servers that do not evaluate them. */
function shapeProblems({ lbType, targets }: TrafficPolicy): Problem[] {
  if (lbType === 'Locality' && targets.length > 1) {
    return [
      {
        path: 'spec.targets',
        reason: 'InvalidValue',
        message: `spec.targets has ${targets.length} targets, Locality takes at most one`,
      },
    ];
  }
  if (lbType === 'FailOver' && targets.length === 0) {
    return [
      {
        path: 'spec.targets',
        reason: 'InvalidValue',
        message: 'spec.targets is empty, FailOver needs at least one target',
      },
    ];
  }
  if (lbType === 'ActiveActive' && targets.length > 0 && targets.every(({ weight }) => weight === 0)) {
    return [
      {
        path: 'spec.targets',
        reason: 'InvalidValue',
        message: 'no target in spec.targets has a weight above 0',
      },
    ];
  }
  return [];
}
