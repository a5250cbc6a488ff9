/** What `runClusterDns` reads. */

export interface ClusterDnsConfig {
  readonly cluster: string;
  readonly kubeconfig: string;
  /** Addresses to listen on, UDP and TCP. */
  readonly addresses: readonly string[];
  /** Default 53. */
  readonly port?: number;
  /** Default `cluster.local`. */
  readonly clusterDomain?: string;
}
