import type { LbType, TrafficPolicy } from './model.ts';

/** The `spec` of a GlobalTrafficPolicy as a person wrote it: everything may be absent. */
export interface PolicySpec {
  readonly lbType?: LbType;
  readonly appliesTo?: readonly ('ClusterSet' | 'Service')[];
  readonly targets?: readonly { readonly clusterKey: string; readonly weight?: number }[];
  readonly failover?: { readonly minReadyPercent?: number; readonly overflow?: number };
  readonly fallback?: 'Any' | 'None';
}

/** A policy with every default in place: weight 100, overflow 140, appliesTo [ClusterSet], fallback None for Locality and else Any. */
export function trafficPolicy(spec: PolicySpec, origin: TrafficPolicy['origin'] = 'sealane.dev'): TrafficPolicy {
  const lbType = spec.lbType ?? 'Locality';
  return {
    origin,
    lbType,
    appliesTo: spec.appliesTo ?? ['ClusterSet'],
    targets: (spec.targets ?? []).map(({ clusterKey, weight = 100 }) => ({ clusterKey, weight })),
    failover: {
      minReadyPercent: spec.failover?.minReadyPercent ?? 0,
      overflow: spec.failover?.overflow ?? 140,
    },
    fallback: spec.fallback ?? (lbType === 'Locality' ? 'None' : 'Any'),
  };
}
