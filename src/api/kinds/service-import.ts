/** ServiceImport of the Multi-Cluster Services API, as a type. Source: KEP-1645, kubernetes-sigs/mcs-api v0.5.2. */
import type { Condition, Meta } from '#objects/index.ts';

export interface ServiceImportPort {
  readonly name?: string;
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP';
  readonly appProtocol?: string;
  readonly port: number;
}

export interface ServiceImportSpec {
  readonly type: 'ClusterSetIP' | 'Headless';
  readonly ports: readonly ServiceImportPort[];
  readonly ips?: readonly string[];
  readonly ipFamilies?: readonly ('IPv4' | 'IPv6')[];
  readonly sessionAffinity?: 'None' | 'ClientIP';
  readonly sessionAffinityConfig?: { readonly clientIP?: { readonly timeoutSeconds?: number } };
  readonly internalTrafficPolicy?: 'Cluster' | 'Local';
  readonly trafficDistribution?: string;
}

export interface ServiceImportStatus {
  readonly endpointSliceObjects?: 'Present' | 'Absent';
  readonly clusters?: readonly { readonly cluster: string }[];
  readonly conditions?: readonly Condition[];
}

export interface ServiceImport {
  readonly apiVersion: string;
  readonly kind: 'ServiceImport';
  readonly metadata: Meta;
  readonly spec: ServiceImportSpec;
  readonly status?: ServiceImportStatus;
}
