/** Pods of headless services in other clusters: an address and port each, behind which stands one lane port. Pure. */
import { familyOf, ip } from '#kit/index.ts';
import { DEFAULT_EJECTION } from '#plan/index.ts';
import type { DesiredService } from '../apply/desired.ts';
import { gatewaysOf } from './gateways-of.ts';
import type { ImportedEndpoint, ImportedEndpointPort } from './imported.ts';
import { limitsOf } from './limits-of.ts';
import type { ServiceInputs, Site } from './service-tables.ts';

export function endpointServices(site: Site, { imported, serviceImport }: ServiceInputs): DesiredService[] {
  const ports = serviceImport?.spec.ports ?? [];
  return imported
    .filter(({ cluster }) => cluster !== site.cluster && isReachable(site, cluster))
    .flatMap(({ cluster, endpoints }) =>
      endpoints.flatMap((endpoint) =>
        withServicePorts(endpoint, ports).flatMap((port) => one(site, cluster, endpoint, port)),
      ),
    );
}

interface NamedPort {
  readonly name?: string;
  readonly protocol?: string;
  readonly port: number;
}

/** SRV names the port of the service, who was told an address by a pod uses that of the pod: both lead there. */
function withServicePorts(
  { ports }: ImportedEndpoint,
  ofService: readonly NamedPort[],
): readonly ImportedEndpointPort[] {
  const more = ports.flatMap((port) => {
    const service = ofService.find(
      ({ name = '', protocol = 'TCP' }) => name === port.name && protocol === port.protocol,
    );
    const taken = ports.some((other) => other.port === service?.port && other.protocol === port.protocol);
    return service && !taken ? [{ ...port, port: service.port }] : [];
  });
  return [...ports, ...more];
}

function isReachable({ members, reachable }: Site, cluster: string): boolean {
  const member = members.get(cluster);
  return member !== undefined && reachable(member);
}

function one(
  { members }: Site,
  cluster: string,
  { address: text }: ImportedEndpoint,
  { protocol, port, lanePort }: ImportedEndpointPort,
): DesiredService[] {
  if (lanePort === undefined || protocol === 'SCTP') return [];
  const address = ip(text);
  const gateways = gatewaysOf(members.get(cluster), familyOf(address));
  const backends = gateways.map((gateway) => ({ cluster, address: ip(gateway.address), port: lanePort, flags: 0 }));
  return [
    {
      address,
      port,
      protocol,
      tiers: [{ slots: [cluster] }],
      groups: [{ key: cluster, backends }],
      ownsAddress: true,
      ...limitsOf(DEFAULT_EJECTION),
    },
  ];
}
