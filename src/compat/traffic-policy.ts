import type { KubeObject } from '#objects/index.ts';
import { type Problem, type TrafficPolicy, trafficPolicy } from '#plan/index.ts';
import type { FlomeshPolicySpec } from './schema/global-traffic-policy.ts';
import { groupOf } from './types.ts';

export interface FlomeshPolicy extends KubeObject {
  readonly spec?: Partial<FlomeshPolicySpec>;
}

export interface ReadPolicy {
  readonly policy: TrafficPolicy;
  readonly problems: readonly Problem[];
}

const LB_TYPES = ['Locality', 'FailOver', 'ActiveActive'] as const;

/**
 * An ancestor's GlobalTrafficPolicy as its documentation reads: a missing weight is 100, 0 is none, one target pins Locality.
 * It governs the ordinary name too, and never goes beyond the clusters that it lists.
 */
export function readTrafficPolicy(object: FlomeshPolicy): ReadPolicy {
  const { lbType: asked = 'Locality', targets = [] } = object.spec ?? {};
  const lbType = LB_TYPES.find((known) => known === asked);
  const policy = trafficPolicy(
    { lbType: lbType ?? 'Locality', targets, appliesTo: ['ClusterSet', 'Service'], fallback: 'None' },
    groupOf(object),
  );
  return { policy, problems: lbType ? [] : [unknownType(asked)] };
}

function unknownType(asked: string): Problem {
  return {
    path: 'spec.lbType',
    reason: 'InvalidValue',
    message: `spec.lbType is "${asked}", expected one of ${LB_TYPES.join(', ')}; Locality is used`,
  };
}
