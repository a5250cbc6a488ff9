/** What a cluster's own DNS says of its Services. Pure. */
import type { EndpointSlice, Service, SliceEndpoint } from '#api/index.ts';

export interface ZoneSource {
  service(namespace: string, name: string): Service | undefined;
  slices(namespace: string, service: string): readonly EndpointSlice[];
  hasNamespace(name: string): boolean;
}

export interface ZoneAnswer {
  readonly rcode: 'NOERROR' | 'NXDOMAIN';
  /** Empty with NOERROR: the name exists without addresses. */
  readonly addresses: readonly string[];
  readonly authoritative: boolean;
}

const NO_SUCH_NAME: ZoneAnswer = { rcode: 'NXDOMAIN', addresses: [], authoritative: true };
const NO_DATA: ZoneAnswer = { rcode: 'NOERROR', addresses: [], authoritative: true };

/** @param name lower case, without the last dot */
export function answerName(name: string, domain: string, source: ZoneSource): ZoneAnswer {
  // There is nothing outside: the sandbox reaches no other DNS.
  if (name !== domain && !name.endsWith(`.${domain}`)) return { ...NO_SUCH_NAME, authoritative: false };
  const labels = name
    .slice(0, -domain.length - 1)
    .split('.')
    .toReversed();
  const [kind, namespace, service, host, ...more] = name === domain ? [] : labels;
  if (kind === undefined) return NO_DATA;
  if (kind !== 'svc') return NO_SUCH_NAME;
  if (namespace === undefined) return NO_DATA;
  if (service === undefined) return source.hasNamespace(namespace) ? NO_DATA : NO_SUCH_NAME;
  const found = source.service(namespace, service);
  if (!found || more.length > 0 || found.spec?.type === 'ExternalName') return NO_SUCH_NAME;
  const { clusterIP, clusterIPs = clusterIP ? [clusterIP] : [] } = found.spec ?? {};
  const isHeadless = clusterIP === 'None';
  if (host !== undefined) return isHeadless ? named(source.slices(namespace, service), host) : NO_SUCH_NAME;
  if (isHeadless) return addressed(readyOf(source.slices(namespace, service)));
  return { ...NO_DATA, addresses: clusterIPs };
}

function named(slices: readonly EndpointSlice[], host: string): ZoneAnswer {
  return addressed(readyOf(slices).filter((endpoint) => hostOf(endpoint) === host));
}

/** Without a host name of its own an endpoint is called by its address. */
function hostOf({ hostname, addresses }: SliceEndpoint): string {
  return hostname ?? addresses[0]?.replace(/[.:]/g, '-') ?? '';
}

function readyOf(slices: readonly EndpointSlice[]): SliceEndpoint[] {
  return slices.flatMap(({ endpoints }) => endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false);
}

function addressed(endpoints: readonly SliceEndpoint[]): ZoneAnswer {
  const addresses = [...new Set(endpoints.flatMap((endpoint) => endpoint.addresses))];
  return addresses.length > 0 ? { ...NO_DATA, addresses } : NO_SUCH_NAME;
}
