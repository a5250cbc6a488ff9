/** What a merged import looks like as objects in this member. Pure. */
import {
  ANNOTATION_ENDPOINTS,
  ANNOTATION_IMPORT,
  type ClusterExportSpec,
  type EndpointSlice,
  LABEL_HEADLESS,
  LABEL_IMPORTED,
  LABEL_MANAGED_BY,
  LABEL_SERVICE_NAME,
  LABEL_SOURCE_CLUSTER,
  MANAGED_BY_MEMBER,
  type ServiceImport,
  type ServiceImportSpec,
} from '#api/index.ts';
import { apiVersionOf, type ResourceType } from '#objects/index.ts';
import type { ExportedPort, Family, MergedImport, Serving } from '#plan/index.ts';
import { ANNOTATION_EXPORT } from './belief.ts';
import { headlessSlices, type HeadlessSlice, type Source } from './headless-slices.ts';

export function importObject(merged: MergedImport, ips: readonly string[], type: ResourceType): ServiceImport {
  return {
    apiVersion: apiVersionOf(type),
    kind: 'ServiceImport',
    metadata: {
      namespace: merged.namespace,
      name: merged.name,
      labels: { ...merged.exportedLabels, [LABEL_IMPORTED]: 'true' },
      annotations: { ...merged.exportedAnnotations },
    },
    spec: type.version === 'v1alpha1' ? olderSpec(importSpec(merged, ips)) : importSpec(merged, ips),
  };
}

export function importSpec(merged: MergedImport, ips: readonly string[]): ServiceImportSpec {
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
    ...(ips.length > 0 && type === 'ClusterSetIP' && { ips }),
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
  /** The local addresses that stand for the source cluster. */
  readonly peerAddresses: Readonly<Partial<Record<Family, string>>>;
  /** As published; absent for the own cluster. */
  readonly spec: ClusterExportSpec | undefined;
  readonly source: Source;
  /** What no ServiceImport of ours says. */
  readonly unsaid?: ServiceImportSpec | undefined;
}

/**
 * What stands for one source cluster in an import: its peer address with its lane ports, in one slice that does not change when
 * gateways do; of a headless service its pods.
 */
export function sliceObjects(input: SliceInput): EndpointSlice[] {
  const { merged, serving, source, spec, unsaid } = input;
  const slices = merged.type === 'Headless' ? headlessSlices(serving, source) : peerSlices(input);
  const counts = { [ANNOTATION_ENDPOINTS]: serving.ports.map(countText).join(',') };
  return slices.map(({ annotations, ...slice }, i) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace: merged.namespace,
      name: `${sliceName(merged.name, serving.cluster, slice.addressType)}${suffix(slices, i)}`,
      labels: {
        [LABEL_SERVICE_NAME]: merged.name,
        [LABEL_SOURCE_CLUSTER]: serving.cluster,
        [LABEL_MANAGED_BY]: MANAGED_BY_MEMBER,
        ...(merged.type === 'Headless' && { [LABEL_HEADLESS]: '' }),
      },
      annotations: {
        ...counts,
        ...annotations,
        ...(spec && { [ANNOTATION_EXPORT]: JSON.stringify(spec) }),
        ...(unsaid && { [ANNOTATION_IMPORT]: JSON.stringify(unsaid) }),
      },
    },
    ...slice,
  }));
}

/** One for each family that both the import and the source have; never none: a slice carries its export over a restart. */
function peerSlices({ merged, serving, peerAddresses }: SliceInput): readonly HeadlessSlice[] {
  const families = merged.ipFamilies.filter((family) => serving.ipFamilies.includes(family));
  const slices = families.flatMap((family) => {
    const address = peerAddresses[family];
    return address ? [peerSlice(serving, family, address)] : [];
  });
  return slices.length > 0 ? slices : [{ addressType: 'IPv4', endpoints: [], ports: [], annotations: {} }];
}

function peerSlice(serving: Serving, addressType: Family, peerAddress: string): HeadlessSlice {
  const carried = serving.ports.filter(({ lanePort }) => lanePort !== undefined);
  return {
    addressType,
    endpoints: [{ addresses: [peerAddress], conditions: { ready: serving.ports.some(({ ready }) => ready > 0) } }],
    ports: carried.map(({ name, protocol, appProtocol, lanePort }) => ({
      name,
      protocol,
      ...(appProtocol && { appProtocol }),
      port: lanePort,
    })),
    annotations: {},
  };
}

/** The second of a family, and so on. */
function suffix(slices: readonly HeadlessSlice[], at: number): string {
  const family = slices[at]?.addressType;
  const before = slices.slice(0, at).filter(({ addressType }) => addressType === family).length;
  return before === 0 ? '' : `.${before + 1}`;
}

/** Dots keep the parts apart: neither a service nor a member has one. */
export function sliceName(service: string, cluster: string, family: string = 'IPv4'): string {
  return `${service}.${cluster}.${family.toLowerCase()}`;
}

function countText({ name, ready, total }: ExportedPort): string {
  return `${name}=${ready}/${total}`;
}
