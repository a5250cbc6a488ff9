/** Door of the stand-in for a cluster's CoreDNS. */
export type { ClusterDnsConfig } from './config.ts';
export { runClusterDns } from './main.ts';
