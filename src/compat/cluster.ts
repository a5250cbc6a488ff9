/** The condition of an ancestor's Cluster. Its kubeconfig is never read: a member joins from its own side. */
export interface ClusterVerdict {
  readonly type: 'Managed';
  readonly status: 'False';
  readonly reason: 'UseJoin';
  readonly message: string;
}

export function clusterVerdict(): ClusterVerdict {
  return {
    type: 'Managed',
    status: 'False',
    reason: 'UseJoin',
    message:
      'sealane does not read kubeconfigs from objects: run `sealane member` in that cluster to join it, and remove the credential here',
  };
}
