/** Of Karmada's kinds, the fields that are read or written here (karmada-io/karmada, pkg/apis). */
import type { Condition, KubeObject } from '#objects/index.ts';

export interface KarmadaCluster extends KubeObject {
  readonly spec?: {
    readonly region?: string;
    readonly zone?: string;
    readonly zones?: readonly string[];
    readonly taints?: readonly KarmadaTaint[];
  };
}

export interface KarmadaTaint {
  readonly key: string;
  readonly value?: string;
  /** `NoSchedule`: nothing new. `NoExecute`: what is there goes too, where failover is on. */
  readonly effect: string;
  /** RFC 3339; `tolerationSeconds` counts from it. */
  readonly timeAdded?: string;
}

/** ResourceBinding of a template in a namespace, ClusterResourceBinding of one in none. */
export interface KarmadaBinding extends KubeObject {
  readonly spec: {
    /** The template. */
    readonly resource?: {
      readonly apiVersion: string;
      readonly kind: string;
      readonly namespace?: string;
      readonly name: string;
    };
    readonly clusters?: readonly { readonly name: string }[];
    readonly gracefulEvictionTasks?: readonly EvictionTask[];
  };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly schedulerObservedGeneration?: number;
    readonly aggregatedStatus?: readonly { readonly clusterName: string; readonly health?: string }[];
  };
}

/** A cluster that a template is leaving: it keeps its object there until the task is dropped. */
export interface EvictionTask {
  readonly fromCluster: string;
  /** Why: {@link TAINT_UNTOLERATED}, or another word of Karmada's. */
  readonly reason: string;
  readonly producer: string;
  readonly message?: string;
  /** How many it had there; absent for kinds without replicas. */
  readonly replicas?: number;
  /** RFC 3339, by the controller that looks after tasks, the first time that it sees the task. */
  readonly creationTimestamp?: string;
  /** Not together with `suppressDeletion`. */
  readonly gracePeriodSeconds?: number;
  /** true: kept whatever else; false: dropped now; absent: by age and by the health of what replaces it. */
  readonly suppressDeletion?: boolean;
}

/** The reason of tasks that Karmada's taint manager makes. */
export const TAINT_UNTOLERATED = 'TaintUntolerated';
