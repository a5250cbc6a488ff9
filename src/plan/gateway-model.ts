import { type LocalPod, type LocalPort, servingPods } from './local-endpoints.ts';
import type { ExportedEndpoint, ExportedPort, Protocol, ServiceName } from './model.ts';

/** An own export as the gateway reads it from the member's record. */
export interface OwnExport extends ServiceName {
  readonly ports: readonly ExportedPort[];
  /** A caller meets the same pod again, as far as a gateway can tell callers apart. */
  readonly keepsCallers?: boolean;
  /** Of a headless service. */
  readonly endpoints?: readonly ExportedEndpoint[];
}

export interface LocalService extends ServiceName {
  readonly ports: readonly LocalPort[];
}

/** One lane port of this cluster's gateways and the pods it leads to; no pods: refuse, counted. */
export interface Lane extends ServiceName {
  readonly lanePort: number;
  readonly protocol: Protocol;
  readonly portName: string;
  readonly keepsCallers: boolean;
  readonly pods: readonly { readonly address: string; readonly port: number; readonly nodeName?: string }[];
}

/**
 * Where each lane port leads. Only this cluster's own endpoints, never another lane: traffic that came from a lane must not go
 * back into one.
 *
 * @returns sorted by lane port and protocol; a port that no lane carries is left out
 */
export function gatewayModel(exports: readonly OwnExport[], services: readonly LocalService[]): readonly Lane[] {
  const byName = new Map(services.map((service) => [`${service.namespace}/${service.name}`, service]));
  return exports
    .flatMap((own) => lanesOf(own, byName.get(`${own.namespace}/${own.name}`)?.ports ?? []))
    .toSorted((a, b) => a.lanePort - b.lanePort || (a.protocol < b.protocol ? -1 : 1));
}

function lanesOf(own: OwnExport, local: readonly LocalPort[]): readonly Lane[] {
  const { namespace, name, ports, keepsCallers = false, endpoints = [] } = own;
  return ports.flatMap((port) => {
    const { lanePort, protocol, name: portName } = port;
    if (protocol === 'SCTP') return [];
    const lane = { namespace, name, protocol, portName, keepsCallers };
    const toAny = lanePort === undefined ? [] : [{ ...lane, lanePort, pods: podsOf(port, local) }];
    return [...toAny, ...endpoints.flatMap((endpoint) => laneTo(endpoint, lane, local))];
  });
}

/** The pod itself as long as it is there, ready or not: who calls it by its name or address means no other. */
function laneTo(
  { podAddress, ports }: ExportedEndpoint,
  lane: Omit<Lane, 'lanePort' | 'pods'>,
  local: readonly LocalPort[],
): readonly Lane[] {
  const lanePort = ports.find(({ name }) => name === lane.portName)?.lanePort;
  if (lanePort === undefined) return [];
  const found = local.find((port) => port.name === lane.portName && port.protocol === lane.protocol);
  const pods = found?.pods.filter(({ address }) => address === podAddress) ?? [];
  return [{ ...lane, lanePort, pods: pods.map(podOf) }];
}

function podsOf({ name, protocol }: ExportedPort, local: readonly LocalPort[]): Lane['pods'] {
  const found = local.find((port) => port.name === name && port.protocol === protocol);
  return servingPods(found?.pods ?? []).map(podOf);
}

function podOf({ address, port, nodeName }: LocalPod): Lane['pods'][number] {
  return { address, port, ...(nodeName && { nodeName }) };
}
