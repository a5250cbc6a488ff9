/** The fields of Karmada's kinds that are honoured here. */
import type { Condition, KubeObject, LabelSelector } from '#objects/index.ts';

export interface PropagationPolicy extends KubeObject {
  readonly spec: PolicySpec;
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export interface PolicySpec {
  readonly resourceSelectors: readonly ResourceSelector[];
  readonly placement?: Placement;
  readonly priority?: number;
  readonly conflictResolution?: string;
}

export interface ResourceSelector {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly labelSelector?: LabelSelector;
}

export interface Placement {
  readonly clusterAffinity?: ClusterAffinity;
  readonly replicaScheduling?: ReplicaScheduling;
}

/** All that is given must hold; nothing given means every cluster. */
export interface ClusterAffinity {
  readonly clusterNames?: readonly string[];
  readonly exclude?: readonly string[];
  readonly labelSelector?: LabelSelector;
  readonly fieldSelector?: {
    readonly matchExpressions?: readonly {
      readonly key: string;
      readonly operator: string;
      readonly values?: readonly string[];
    }[];
  };
}

export interface ReplicaScheduling {
  readonly replicaSchedulingType?: string;
  readonly replicaDivisionPreference?: string;
  readonly weightPreference?: { readonly staticWeightList?: readonly StaticWeight[] };
}

export interface StaticWeight {
  readonly targetCluster: ClusterAffinity;
  readonly weight: number;
}

export interface KarmadaCluster extends KubeObject {
  readonly spec?: {
    readonly syncMode?: string;
    readonly apiEndpoint?: string;
    readonly region?: string;
    readonly zone?: string;
    readonly zones?: readonly string[];
    readonly provider?: string;
    readonly taints?: readonly { readonly key: string; readonly effect: string }[];
  };
  readonly status?: { readonly conditions?: readonly Condition[]; readonly kubernetesVersion?: string };
}

export interface TargetCluster {
  readonly name: string;
  /** Absent for kinds without replicas. */
  readonly replicas?: number;
}

export interface ResourceBinding extends KubeObject {
  readonly spec: {
    readonly resource: TemplateRef;
    readonly replicas?: number;
    readonly clusters?: readonly TargetCluster[];
    readonly placement?: Placement;
    readonly conflictResolution?: string;
  };
  readonly status?: BindingStatus;
}

export interface TemplateRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
}

export interface BindingStatus {
  readonly conditions?: readonly Condition[];
  readonly schedulerObservedGeneration?: number;
  readonly aggregatedStatus?: readonly AggregatedItem[];
}

export type Health = 'Healthy' | 'Unhealthy' | 'Unknown';

export interface AggregatedItem {
  readonly clusterName: string;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly applied?: boolean;
  readonly appliedMessage?: string;
  readonly health?: Health;
}

/** A template, or what was made of it in a member: any kind. */
export interface AnyObject extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}
