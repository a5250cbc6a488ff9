import { MAX_HEADLESS_ENDPOINTS } from '#api/index.ts';
import { familyOfText } from '#kit/index.ts';
import type { EndpointPort, ExportedEndpoint } from './model.ts';
import { byText } from './order.ts';
import { isOwnSlice, type SliceView } from './own-slices.ts';

export interface HeadlessEndpoints {
  /** Without lane ports and substitutes; sorted by name. */
  readonly endpoints: readonly ExportedEndpoint[];
  /** How many are more than may be exported. */
  readonly leftOut: number;
}

interface Found {
  readonly address: string;
  readonly hostname: string | undefined;
  readonly ready: boolean;
  readonly ports: readonly EndpointPort[];
}

/**
 * The pods of a headless Service that may be exported; terminating ones are left out. A hostname that only one pod has is its name: it
 * keeps its lane ports and its substitute address when the pod is made again with another address.
 */
export function headlessEndpoints(slices: readonly SliceView[], most = MAX_HEADLESS_ENDPOINTS): HeadlessEndpoints {
  const found = Map.groupBy(slices.filter(isOwnSlice).flatMap(stayingIn), ({ address }) => address);
  const pods = [...found.values()].flatMap((same) => merged(same));
  const named = Map.groupBy(pods, hostKey);
  const all = pods
    .map((pod) => exported(pod, named.get(hostKey(pod))?.length === 1))
    .toSorted((a, b) => Number(b.ready) - Number(a.ready) || byText(a.name, b.name));
  const endpoints = all.slice(0, most).toSorted((a, b) => byText(a.name, b.name));
  return { endpoints, leftOut: all.length - endpoints.length };
}

function stayingIn({ endpoints, ports }: SliceView): readonly Found[] {
  return (endpoints ?? []).flatMap(({ addresses, hostname, conditions: { ready = true, terminating = false } = {} }) =>
    terminating ? [] : addresses.map((address) => ({ address, hostname, ready, ports: portsOf(ports) })),
  );
}

function portsOf(ports: SliceView['ports']): readonly EndpointPort[] {
  return (ports ?? []).flatMap(({ name, port }) => (port ? [{ name: name ?? '', port }] : []));
}

/** A pod sits in two slices while they are rewritten, or when not all pods have all ports. */
function merged(same: readonly Found[]): readonly Found[] {
  const [first] = same;
  if (!first) return [];
  // Where slices contradict each other, which one is believed must not depend on their order.
  const highestFirst = same.flatMap((one) => one.ports).toSorted((a, b) => b.port - a.port);
  const ports = new Map(highestFirst.map((port) => [port.name, port]));
  const [hostname] = same.flatMap((one) => one.hostname || []).toSorted(byText);
  return [{ ...first, hostname, ready: same.some(({ ready }) => ready), ports: [...ports.values()] }];
}

/** One pod has one address of each family. */
function hostKey({ address, hostname }: Found): string {
  return hostname ? `${hostname}${familyOfText(address) === 'IPv6' ? '/IPv6' : ''}` : address;
}

function exported(pod: Found, alone: boolean): ExportedEndpoint {
  const { address, hostname, ready, ports } = pod;
  return {
    name: alone ? hostKey(pod) : address,
    ...(hostname && { hostname }),
    podAddress: address,
    ready,
    ports: ports.toSorted((a, b) => byText(a.name, b.name)),
  };
}
