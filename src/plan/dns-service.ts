/** The names of one import. Source: the DNS specification of KEP-1645, 2.3 and 2.4. */
import type { DnsEndpoint, DnsImport, DnsPort, DnsService } from './dns-model.ts';
import { byText } from './order.ts';

export interface ServiceNames {
  readonly name: string;
  /** Addresses by name: of the service, and of the hosts of a headless one. */
  readonly records: readonly (readonly [string, readonly string[]])[];
  readonly service?: DnsService;
}

/** Longest name in text that is 255 bytes on the wire. */
const MAX_NAME = 253;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const MAX_LABEL = 63;

/** Undefined without an address: the name does not exist then. */
export function serviceNames(one: DnsImport, domain: string): ServiceNames | undefined {
  const name = `${one.name}.${one.namespace}.svc.${domain}`.toLowerCase();
  if (name.length > MAX_NAME) return undefined;
  return one.type === 'Headless' ? headless(one, name) : clusterSet(one, name);
}

function clusterSet({ ips, ports = [] }: DnsImport, name: string): ServiceNames | undefined {
  if (ips.length === 0) return undefined;
  return { name, records: [[name, ips]], ...(ports.length > 0 && { service: { ports: ports.map(portOf) } }) };
}

function headless({ endpoints = [], ports = [] }: DnsImport, name: string): ServiceNames | undefined {
  const reachable = endpoints.filter(({ addresses }) => addresses.length > 0);
  if (reachable.length === 0) return undefined;
  const hosts = Map.groupBy(reachable, (endpoint) => hostName(endpoint, name));
  const named = [...hosts].filter(([host]) => host.length <= MAX_NAME).toSorted(([a], [b]) => byText(a, b));
  const records = named.map(([host, of]) => [host, addressesOf(of)] as const);
  const staying = reachable.filter(({ leaving }) => !leaving);
  const called = staying.length > 0 ? staying : reachable;
  const hostsCalled = new Set(called.map((endpoint) => hostName(endpoint, name)));
  const targets = records.flatMap(([host]) => (hostsCalled.has(host) ? [host] : []));
  const service = { ports: ports.map(portOf), targets };
  return {
    name,
    records: [[name, addressesOf(called)], ...records],
    service,
  };
}

function hostName({ hostname = '', podAddress, addresses, cluster }: DnsEndpoint, service: string): string {
  const own = hostname.toLowerCase();
  const label =
    LABEL.test(own) && own.length <= MAX_LABEL ? own : (podAddress ?? addresses[0] ?? '').replaceAll(/[.:]/g, '-');
  return `${label}.${cluster}.${service}`.toLowerCase();
}

function addressesOf(endpoints: readonly DnsEndpoint[]): readonly string[] {
  return [...new Set(endpoints.flatMap(({ addresses }) => addresses))].toSorted(byText);
}

/** What is the default is not said: the view of a large clusterset is read often. */
function portOf({ name, protocol, port }: DnsPort): DnsPort {
  return { ...(name && { name: name.toLowerCase() }), ...(protocol && protocol !== 'TCP' && { protocol }), port };
}
