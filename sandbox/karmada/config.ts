/** What `runPropagation` reads: the hub's API server and the members it propagates to. */

export interface PropagationConfig {
  readonly sandbox: string;
  /** The hub's kubeconfig file. */
  readonly kubeconfig: string;
  /** Whether NoExecute taints evict, and clusters that are not ready get one. */
  readonly failover?: boolean;
  readonly members: readonly PropagationMember[];
}

export interface PropagationMember {
  /** Name of the Cluster object that stands for it on the hub; made when it is not there. */
  readonly name: string;
  readonly kubeconfig: string;
  readonly region?: string;
  readonly zone?: string;
  readonly provider?: string;
  readonly labels?: Readonly<Record<string, string>>;
}
