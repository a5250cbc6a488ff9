/** What an export and its Service mean, before lane ports and readiness. Pure. */
import type { ClusterExportPort, ClusterExportSpec, MemberClusterSpec, Service } from '#api/index.ts';
import type { ExportClaim } from './claims.ts';

export type DraftPort = Omit<ClusterExportPort, 'ready' | 'total' | 'lanePort'> & { readonly name: string };

export interface Draft {
  readonly spec: Omit<ClusterExportSpec, 'ports' | 'epoch' | 'exportedAt' | 'withdrawn'>;
  readonly ports: readonly DraftPort[];
}

/** Why nothing can be exported: the `Valid` condition's reason and message. */
export interface Refused {
  readonly reason: 'NoService' | 'InvalidServiceType' | 'NamespaceNotAllowed' | 'NoPorts';
  readonly message: string;
}

export interface DraftInput {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly claim: ExportClaim;
  readonly service: Service | undefined;
  /** Of the own MemberCluster. */
  readonly allowed: MemberClusterSpec['exports'];
}

export function draftExport({ cluster, namespace, name, claim, service, allowed }: DraftInput): Draft | Refused {
  if (!mayExport(allowed, namespace)) {
    const message = `namespace ${namespace} may not be exported (spec.exports of MemberCluster ${cluster})`;
    return { reason: 'NamespaceNotAllowed', message };
  }
  if (!service || service.metadata.deletionTimestamp) {
    return {
      reason: 'NoService',
      message: `there is no Service ${namespace}/${name}; it is exported as soon as there is`,
    };
  }
  if (service.spec?.type === 'ExternalName') {
    return { reason: 'InvalidServiceType', message: 'a Service of type ExternalName cannot be exported' };
  }
  const ports = portsOf(service, claim.portNumbers);
  if (claim.portNumbers && ports.length === 0) {
    return { reason: 'NoPorts', message: `the Service has none of the ports ${claim.portNumbers.join(', ')}` };
  }
  return { spec: settingsOf(cluster, { namespace, name }, claim, service), ports };
}

export function isRefused(outcome: Draft | Refused): outcome is Refused {
  return 'reason' in outcome;
}

/** kube-system is never exported unless somebody wrote another list. */
export function mayExport(allowed: MemberClusterSpec['exports'], namespace: string): boolean {
  const { allow, deny = ['kube-system'] } = allowed ?? {};
  return !deny.includes(namespace) && (!allow || allow.includes(namespace));
}

function settingsOf(
  cluster: string,
  service: { namespace: string; name: string },
  claim: ExportClaim,
  object: Service,
): Draft['spec'] {
  const { spec = {} } = object;
  return {
    cluster,
    service,
    type: spec.clusterIP === 'None' ? 'Headless' : 'ClusterSetIP',
    ipFamilies: [...(spec.ipFamilies ?? ['IPv4'])],
    sessionAffinity: spec.sessionAffinity ?? 'None',
    ...(spec.sessionAffinityConfig && { sessionAffinityConfig: spec.sessionAffinityConfig }),
    ...(spec.internalTrafficPolicy && { internalTrafficPolicy: spec.internalTrafficPolicy }),
    ...(spec.trafficDistribution && { trafficDistribution: spec.trafficDistribution }),
    exportedLabels: { ...claim.exportedLabels },
    exportedAnnotations: { ...claim.exportedAnnotations },
    exportUID: claim.object.metadata.uid,
    ...(claim.targetClusters && { targetClusters: [...claim.targetClusters] }),
  };
}

function portsOf({ spec }: Service, numbers: readonly number[] | undefined): DraftPort[] {
  return (spec?.ports ?? [])
    .filter(({ port }) => !numbers || numbers.includes(port))
    .map(({ name = '', protocol = 'TCP', appProtocol, port }) => ({
      name,
      protocol,
      port,
      ...(appProtocol && { appProtocol }),
    }));
}
