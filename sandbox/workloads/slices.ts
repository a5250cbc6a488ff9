/** The EndpointSlices of a Service from the pods it selects. Pure. */
import {
  type EndpointSlice,
  LABEL_MANAGED_BY,
  LABEL_LOCAL_SERVICE,
  type Service,
  type ServicePort,
  type SliceEndpoint,
  type SlicePort,
} from '#api/index.ts';
import { type Family, familyOfText } from '#kit/index.ts';
import type { Pod } from './kinds.ts';
import { hashSuffix } from './names.ts';
import { isOver, isReady } from './pod-state.ts';

export const SLICE_MANAGER = 'endpointslice-controller.k8s.io';
const MOST_ENDPOINTS = 100;

/**
 * @param pods  those that the selector matches
 * @param zones by node name
 * @returns at least one slice, an empty one when there is nobody: that is a statement too
 */
export function slicesOf(service: Service, pods: readonly Pod[], zones: ReadonlyMap<string, string>): EndpointSlice[] {
  return familiesOf(service).flatMap((family) => slicesOfFamily(service, family, pods, zones));
}

/** A Service from before it was asked which has one slice set, of the family of its address. */
function familiesOf({ spec }: Service): readonly Family[] {
  const { ipFamilies = [], clusterIP = '' } = spec ?? {};
  if (ipFamilies.length > 0) return ipFamilies;
  return [familyOfText(clusterIP) ?? 'IPv4'];
}

function slicesOfFamily(
  service: Service,
  family: Family,
  pods: readonly Pod[],
  zones: ReadonlyMap<string, string>,
): EndpointSlice[] {
  const groups = new Map<string, { ports: readonly SlicePort[]; endpoints: SliceEndpoint[] }>();
  for (const pod of pods.toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name))) {
    const address = addressOf(pod, family);
    if (isOver(pod) || address === undefined) continue;
    const ports = resolvePorts(service.spec?.ports ?? [], pod);
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { ports, endpoints: [] };
    groups.set(key, group);
    group.endpoints.push(endpointOf(service, pod, address, zones));
  }
  if (groups.size === 0) groups.set('[]', { ports: [], endpoints: [] });
  return [...groups].flatMap(([key, { ports, endpoints }]) =>
    chunks(endpoints, MOST_ENDPOINTS).map((part, i) => slice(service, family, `${family}${key}${i}`, ports, part)),
  );
}

function slice(
  service: Service,
  family: Family,
  key: string,
  ports: readonly SlicePort[],
  endpoints: SliceEndpoint[],
): EndpointSlice {
  const { name, namespace, uid = '', labels } = service.metadata;
  const isHeadless = service.spec?.clusterIP === 'None';
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace,
      // Chosen by content: the same after every restart, so that nothing is made twice.
      name: `${name}-${hashSuffix(key, 5)}`,
      labels: {
        ...labels,
        ...(isHeadless ? { 'service.kubernetes.io/headless': '' } : {}),
        [LABEL_LOCAL_SERVICE]: name,
        [LABEL_MANAGED_BY]: SLICE_MANAGER,
      },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name, uid, controller: true, blockOwnerDeletion: true }],
    },
    addressType: family,
    endpoints,
    ports,
  };
}

function addressOf({ status }: Pod, family: Family): string | undefined {
  const { podIP, podIPs = podIP ? [{ ip: podIP }] : [] } = status ?? {};
  return podIPs.map(({ ip }) => ip).find((ip) => familyOfText(ip) === family);
}

function endpointOf(service: Service, pod: Pod, address: string, zones: ReadonlyMap<string, string>): SliceEndpoint {
  const { name, namespace, uid, deletionTimestamp } = pod.metadata;
  const terminating = deletionTimestamp !== undefined;
  const serving = isReady(pod);
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating);
  const { nodeName, hostname, subdomain } = pod.spec;
  const zone = nodeName === undefined ? undefined : zones.get(nodeName);
  const isNamed = hostname !== undefined && subdomain === service.metadata.name;
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    ...(isNamed ? { hostname } : {}),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(zone === undefined ? {} : { zone }),
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

/** Ports of pods that do not have a port of that name are left out for them. */
function resolvePorts(ports: readonly ServicePort[], pod: Pod): SlicePort[] {
  return ports.flatMap((port) => {
    const number = targetPort(port, pod);
    if (number === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = port;
    return [{ name, protocol, port: number, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

function targetPort({ port, targetPort = port, protocol = 'TCP' }: ServicePort, pod: Pod): number | undefined {
  if (typeof targetPort === 'number') return targetPort === 0 ? port : targetPort;
  const all = pod.spec.containers.flatMap(({ ports = [] }) => ports);
  return all.find((it) => it.name === targetPort && (it.protocol ?? 'TCP') === protocol)?.containerPort;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const count = Math.max(1, Math.ceil(items.length / size));
  return Array.from({ length: count }, (_, i) => items.slice(i * size, (i + 1) * size));
}
