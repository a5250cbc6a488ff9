/** What `runClusterDns` reads. */

export interface ClusterDnsConfig {
  readonly cluster: string;
  readonly kubeconfig: string;
  /** Address to listen on, UDP and TCP. */
  readonly address: string;
  /** Default 53. */
  readonly port?: number;
  /** Default `cluster.local`. */
  readonly clusterDomain?: string;
}
