import { DEFAULT_EJECTION } from './ejection.ts';
import type { Ejection, LbType, TrafficPolicy } from './model.ts';

/** The `spec` of a GlobalTrafficPolicy as a person wrote it: everything may be absent. */
export interface PolicySpec {
  readonly lbType?: LbType;
  readonly appliesTo?: readonly ('ClusterSet' | 'Service')[];
  readonly targets?: readonly { readonly clusterKey: string; readonly weight?: number }[];
  readonly failover?: { readonly minReadyPercent?: number; readonly overflow?: number };
  readonly fallback?: 'Any' | 'None';
  readonly ejection?: Partial<Omit<Ejection, 'resets'>>;
  readonly connections?: { readonly onEject?: 'Keep' | 'Reset'; readonly drainSeconds?: number };
}

/** A policy with every default in place: weight 100, overflow 140, ejection after 3 failures, appliesTo [ClusterSet], fallback None for Locality and else Any. */
export function trafficPolicy(spec: PolicySpec, origin: TrafficPolicy['origin'] = 'sealane.dev'): TrafficPolicy {
  const lbType = spec.lbType ?? 'Locality';
  const drainSeconds = spec.connections?.drainSeconds;
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
    ...(drainSeconds !== undefined && { drainSeconds }),
    ejection: { ...DEFAULT_EJECTION, ...spec.ejection, resets: spec.connections?.onEject === 'Reset' },
  };
}
