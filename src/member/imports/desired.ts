/** What a merged import looks like as objects in this member. Pure. */
import {
  ANNOTATION_ENDPOINTS,
  type ClusterExportSpec,
  type EndpointSlice,
  LABEL_MANAGED_BY,
  LABEL_SERVICE_NAME,
  LABEL_SOURCE_CLUSTER,
  MANAGED_BY_MEMBER,
  type ServiceImport,
  type ServiceImportSpec,
} from '#api/index.ts';
import { apiVersionOf, type ResourceType } from '#objects/index.ts';
import type { ExportedPort, MergedImport, Serving } from '#plan/index.ts';
import { ANNOTATION_EXPORT } from './belief.ts';

/** On a ServiceImport: made by us, and ours to delete. */
export const LABEL_IMPORTED = 'sealane.dev/imported';

export function importObject(merged: MergedImport, vip: string | undefined, type: ResourceType): ServiceImport {
  return {
    apiVersion: apiVersionOf(type),
    kind: 'ServiceImport',
    metadata: {
      namespace: merged.namespace,
      name: merged.name,
      labels: { ...merged.exportedLabels, [LABEL_IMPORTED]: 'true' },
      annotations: { ...merged.exportedAnnotations },
    },
    spec: type.version === 'v1alpha1' ? olderSpec(importSpec(merged, vip)) : importSpec(merged, vip),
  };
}

function importSpec(merged: MergedImport, vip: string | undefined): ServiceImportSpec {
  const {
    type,
    ports,
    ipFamilies,
    sessionAffinity,
    sessionAffinityConfig,
    internalTrafficPolicy,
    trafficDistribution,
  } = merged;
  return {
    type,
    ports: ports.map(({ name, protocol, appProtocol, port }) => ({
      ...(name && { name }),
      protocol,
      ...(appProtocol && { appProtocol }),
      port,
    })),
    ...(vip !== undefined && type === 'ClusterSetIP' && { ips: [vip] }),
    ...(ipFamilies.length > 0 && { ipFamilies }),
    sessionAffinity,
    ...(sessionAffinityConfig && { sessionAffinityConfig }),
    ...(internalTrafficPolicy && { internalTrafficPolicy }),
    ...(trafficDistribution && { trafficDistribution }),
  };
}

/** v1alpha1, as Karmada ships it, prunes these; asking for them would never come to rest. */
function olderSpec(spec: ServiceImportSpec): ServiceImportSpec {
  const { type, ports, ips, sessionAffinity, sessionAffinityConfig } = spec;
  return { type, ports, ...(ips && { ips }), sessionAffinity, ...(sessionAffinityConfig && { sessionAffinityConfig }) };
}

export interface SliceInput {
  readonly merged: MergedImport;
  readonly serving: Serving;
  /** The local address that stands for the source cluster. */
  readonly peerAddress: string;
  /** As published; absent for the own cluster. */
  readonly spec: ClusterExportSpec | undefined;
}

/** One slice per (service, source cluster): the peer's address with its lane ports. Does not change when gateways do. */
export function sliceObject({ merged, serving, peerAddress, spec }: SliceInput): EndpointSlice {
  const carried = serving.ports.filter(({ lanePort }) => lanePort !== undefined);
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace: merged.namespace,
      name: sliceName(merged.name, serving.cluster),
      labels: {
        [LABEL_SERVICE_NAME]: merged.name,
        [LABEL_SOURCE_CLUSTER]: serving.cluster,
        [LABEL_MANAGED_BY]: MANAGED_BY_MEMBER,
      },
      annotations: {
        [ANNOTATION_ENDPOINTS]: serving.ports.map(countText).join(','),
        ...(spec && { [ANNOTATION_EXPORT]: JSON.stringify(spec) }),
      },
    },
    addressType: 'IPv4',
    endpoints: [{ addresses: [peerAddress], conditions: { ready: serving.ports.some(({ ready }) => ready > 0) } }],
    ports: carried.map(({ name, protocol, appProtocol, lanePort }) => ({
      name,
      protocol,
      ...(appProtocol && { appProtocol }),
      port: lanePort,
    })),
  };
}

/** Dots keep the parts apart: neither a service nor a member has one. */
export function sliceName(service: string, cluster: string): string {
  return `${service}.${cluster}.ipv4`;
}

function countText({ name, ready, total }: ExportedPort): string {
  return `${name}=${ready}/${total}`;
}
