import { type LocalPort, servingPods } from './local-endpoints.ts';
import type { ExportedPort, Protocol, ServiceName } from './model.ts';

/** An own export as the gateway reads it from the member's record. */
export interface OwnExport extends ServiceName {
  readonly ports: readonly ExportedPort[];
}

export interface LocalService extends ServiceName {
  readonly ports: readonly LocalPort[];
}

/** One lane port of this cluster's gateways and the pods it leads to; no pods: refuse, counted. */
export interface Lane extends ServiceName {
  readonly lanePort: number;
  readonly protocol: Protocol;
  readonly portName: string;
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

function lanesOf({ namespace, name, ports }: OwnExport, local: readonly LocalPort[]): readonly Lane[] {
  return ports.flatMap((port) => {
    if (port.lanePort === undefined || port.protocol === 'SCTP') return [];
    const { lanePort, protocol, name: portName } = port;
    return [{ namespace, name, lanePort, protocol, portName, pods: podsOf(port, local) }];
  });
}

function podsOf({ name, protocol }: ExportedPort, local: readonly LocalPort[]): Lane['pods'] {
  const found = local.find((port) => port.name === name && port.protocol === protocol);
  return servingPods(found?.pods ?? []).map(({ address, port, nodeName }) => ({
    address,
    port,
    ...(nodeName && { nodeName }),
  }));
}
