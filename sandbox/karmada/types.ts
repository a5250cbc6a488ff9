/** The fields of Karmada's kinds that are honoured here. */
import type { EvictionTask, KarmadaTaint } from '#api/index.ts';
import type { Condition, KubeObject, LabelSelector } from '#objects/index.ts';

/** Of one namespace, or of the whole set (ClusterPropagationPolicy): then without a namespace. */
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
  readonly clusterTolerations?: readonly Toleration[];
  readonly replicaScheduling?: ReplicaScheduling;
}

/** As of Kubernetes' pods, against taints of Clusters. */
export interface Toleration {
  /** None, with `Exists`: every key. */
  readonly key?: string;
  /** Default `Equal`. */
  readonly operator?: string;
  readonly value?: string;
  /** None: every effect. */
  readonly effect?: string;
  /** Of NoExecute: how long; none: for good. */
  readonly tolerationSeconds?: number;
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

/** Of one namespace, or of the whole set (ClusterOverridePolicy): then without a namespace. */
export interface OverridePolicy extends KubeObject {
  readonly spec: {
    /** None: everything. */
    readonly resourceSelectors?: readonly ResourceSelector[];
    readonly overrideRules?: readonly {
      /** None: every cluster. */
      readonly targetCluster?: ClusterAffinity;
      readonly overriders: Overriders;
    }[];
  };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

type Operator = 'add' | 'remove' | 'replace';

export interface Overriders {
  readonly imageOverrider?: readonly ImageOverrider[];
  readonly commandOverrider?: readonly CommandOverrider[];
  readonly argsOverrider?: readonly CommandOverrider[];
  readonly labelsOverrider?: readonly LabelOverrider[];
  readonly annotationsOverrider?: readonly LabelOverrider[];
  readonly fieldOverrider?: readonly FieldOverrider[];
  readonly plaintext?: readonly TextOverrider[];
}

export interface ImageOverrider {
  /** One field; without it every container's image. */
  readonly predicate?: { readonly path: string };
  readonly component: 'Registry' | 'Repository' | 'Tag';
  readonly operator: Operator;
  readonly value?: string;
}

export interface CommandOverrider {
  readonly containerName: string;
  readonly operator: 'add' | 'remove';
  readonly value?: readonly string[];
}

export interface LabelOverrider {
  readonly operator: Operator;
  readonly value?: Readonly<Record<string, string>>;
}

/** A step of a JSON patch. */
export interface TextOverrider {
  readonly path: string;
  readonly operator: Operator;
  readonly value?: unknown;
}

/** Steps inside of a field that holds JSON or YAML as text. */
export interface FieldOverrider {
  readonly fieldPath: string;
  readonly json?: readonly InnerOverrider[];
  readonly yaml?: readonly InnerOverrider[];
}

interface InnerOverrider extends Omit<TextOverrider, 'path'> {
  readonly subPath: string;
}

export interface KarmadaCluster extends KubeObject {
  readonly spec?: {
    readonly syncMode?: string;
    readonly apiEndpoint?: string;
    readonly region?: string;
    readonly zone?: string;
    readonly zones?: readonly string[];
    readonly provider?: string;
    readonly taints?: readonly KarmadaTaint[];
  };
  readonly status?: { readonly conditions?: readonly Condition[]; readonly kubernetesVersion?: string };
}

export interface TargetCluster {
  readonly name: string;
  /** Absent for kinds without replicas. */
  readonly replicas?: number;
}

/** Of a template in a namespace, or a ClusterResourceBinding of one without. */
export interface ResourceBinding extends KubeObject {
  readonly spec: {
    readonly resource: TemplateRef;
    readonly replicas?: number;
    readonly clusters?: readonly TargetCluster[];
    readonly gracefulEvictionTasks?: readonly EvictionTask[];
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
