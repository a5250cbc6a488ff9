/** What stands for an import to pods that no hook sees: a Service without selector, and slices of lane addresses. Pure. */
import {
  type EndpointSlice,
  LABEL_DERIVED,
  LABEL_LOCAL_SERVICE,
  LABEL_MANAGED_BY,
  MANAGED_BY_MEMBER,
  type Service,
} from '#api/index.ts';
import { familyOfText } from '#kit/index.ts';
import {
  type ExportedPort,
  hash32,
  isOwnSlice,
  type MergedImport,
  type Protocol,
  type ServiceName,
} from '#plan/index.ts';

/** KEP-1645 proposes `derived-$hash`: no name that a user would choose. */
export function derivedName({ name }: ServiceName): string {
  return `derived-${hash32(name).toString(16).padStart(8, '0')}`;
}

export function derivedService(merged: MergedImport): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: merged.namespace, name: derivedName(merged), labels: { [LABEL_DERIVED]: merged.name } },
    spec: {
      type: 'ClusterIP',
      ports: merged.ports
        .filter(({ protocol }) => protocol !== 'SCTP')
        .map(({ name, protocol, port, appProtocol }) => ({
          ...(name && { name }),
          protocol,
          port,
          ...(appProtocol && { appProtocol }),
        })),
      sessionAffinity: merged.sessionAffinity,
      ...(merged.ipFamilies.length > 0 && {
        ipFamilies: merged.ipFamilies,
        ipFamilyPolicy: merged.ipFamilies.length > 1 ? 'RequireDualStack' : 'SingleStack',
      }),
    },
  };
}

/** One cluster that calls may go to now, for the ports listed. */
export type Destination = OwnPods | Gateways;

interface OwnPods {
  readonly own: true;
  readonly ports: readonly ExportedPort[];
  readonly slices: readonly EndpointSlice[];
  /** Port names of the own Service by those of the import. */
  readonly ownNames: ReadonlyMap<string, string>;
}

interface Gateways {
  readonly own: false;
  readonly cluster: string;
  readonly ports: readonly ExportedPort[];
  readonly addresses: readonly string[];
}

export function derivedSlices(merged: MergedImport, destinations: readonly Destination[]): EndpointSlice[] {
  return destinations.flatMap((one) => (one.own ? ofPods(merged, one) : ofGateways(merged, one)));
}

/** The own pods as they are: no lane leads home. */
function ofPods(merged: MergedImport, { ports, slices, ownNames }: OwnPods): EndpointSlice[] {
  return slices.filter(isOwnSlice).map((own) => {
    const theirs = (own.ports ?? []).flatMap((port) => {
      const meant = ports.find(
        ({ name, protocol }) => ownNames.get(name) === (port.name ?? '') && protocol === (port.protocol ?? 'TCP'),
      );
      return meant ? [{ name: meant.name, protocol: meant.protocol, port: port.port }] : [];
    });
    const { addressType, endpoints } = own;
    return slice(merged, own.metadata.name, { addressType, endpoints, ports: theirs });
  });
}

function ofGateways(merged: MergedImport, { cluster, ports, addresses }: Gateways): EndpointSlice[] {
  const carried = ports.filter(({ lanePort }) => lanePort !== undefined);
  const toPorts = carried.map(({ name, protocol, lanePort }) => ({
    name,
    protocol: protocol as Protocol,
    port: lanePort,
  }));
  return (['IPv4', 'IPv6'] as const).flatMap((addressType) => {
    const some = addresses.filter((address) => familyOfText(address) === addressType);
    if (some.length === 0) return [];
    const endpoints = some.map((address) => ({ addresses: [address], conditions: { ready: true } }));
    return slice(merged, `${cluster}.${addressType.toLowerCase()}`, { addressType, endpoints, ports: toPorts });
  });
}

function slice(
  merged: MergedImport,
  from: string,
  content: Pick<EndpointSlice, 'addressType' | 'endpoints' | 'ports'>,
): EndpointSlice {
  const service = derivedName(merged);
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace: merged.namespace,
      name: `${service}.${from}`,
      labels: {
        [LABEL_LOCAL_SERVICE]: service,
        [LABEL_DERIVED]: merged.name,
        [LABEL_MANAGED_BY]: MANAGED_BY_MEMBER,
      },
    },
    ...content,
  };
}
