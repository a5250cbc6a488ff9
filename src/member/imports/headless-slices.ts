/** The slices of a headless import from one source cluster: its pods, by the addresses that callers here use. Pure. */
import { ANNOTATION_LANES, type EndpointSlice } from '#api/index.ts';
import { familyOfText } from '#kit/index.ts';
import { inRanges, isSubstituteOf, type PodRanges, type ServedEndpoint, type Serving } from '#plan/index.ts';

/** What this member knows of the source, to hold what it says against. */
export interface Source {
  /** This very cluster: its pods have their own addresses here. */
  readonly own: boolean;
  readonly index: number | undefined;
  readonly podRanges: PodRanges;
  /** Of this cluster. */
  readonly ownPodRanges: PodRanges;
}

export type HeadlessSlice = Pick<EndpointSlice, 'addressType' | 'endpoints' | 'ports'> & {
  readonly annotations: Readonly<Record<string, string>>;
};

interface Reached {
  readonly address: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly endpoint: ServedEndpoint;
}

/** One for each family and set of pod ports, so mostly one; never none: a slice carries its export over a restart. */
export function headlessSlices({ endpoints }: Serving, source: Source): readonly HeadlessSlice[] {
  const addressOf = addressesFrom(source);
  const reached = endpoints.flatMap((endpoint): Reached[] => {
    const address = addressOf(endpoint);
    const family = familyOfText(address ?? '');
    return address && family ? [{ address, family, endpoint }] : [];
  });
  const alike = Map.groupBy(reached, ({ family, endpoint }) => JSON.stringify([family, portsOf(endpoint)]));
  const slices = [...alike.values()].map((group) => sliceOf(group, source));
  return slices.length > 0 ? slices : [{ addressType: 'IPv4', endpoints: [], ports: [], annotations: {} }];
}

/** Pods that are not imported: their addresses are not their member's to give, or no lane leads to them. */
export function leftOut({ endpoints }: Serving, source: Source): number {
  const addressOf = addressesFrom(source);
  return endpoints.filter((endpoint) => addressOf(endpoint) === undefined).length;
}

/**
 * What callers in this cluster connect to. A member may not speak for addresses that are not its own: a substitute must be of its
 * part, a pod's address in its ranges and not in ours.
 */
function addressesFrom(source: Source): (endpoint: ServedEndpoint) => string | undefined {
  const isTheirs = inRanges(source.podRanges);
  const isOurs = inRanges(source.ownPodRanges);
  return ({ podAddress, substituteAddress, ports }) => {
    if (source.own) return podAddress;
    if (ports.length > 0 && ports.every(({ lanePort }) => lanePort === undefined)) return undefined;
    if (substituteAddress) return isSubstituteOf(source.index, substituteAddress) ? substituteAddress : undefined;
    return isTheirs(podAddress) && !isOurs(podAddress) ? podAddress : undefined;
  };
}

function sliceOf(group: readonly Reached[], { own }: Source): HeadlessSlice {
  const [first] = group;
  return {
    addressType: first?.family ?? 'IPv4',
    endpoints: group.map(({ address, endpoint: { hostname, ready } }) => ({
      addresses: [address],
      conditions: { ready },
      ...(hostname && { hostname }),
    })),
    ports: first ? portsOf(first.endpoint) : [],
    annotations: own ? {} : { [ANNOTATION_LANES]: JSON.stringify(Object.fromEntries(group.map(lanesOf))) },
  };
}

function portsOf({ ports }: ServedEndpoint) {
  return ports.map(({ name, protocol, appProtocol, port }) => ({
    name,
    protocol,
    ...(appProtocol && { appProtocol }),
    port,
  }));
}

function lanesOf({ address, endpoint: { podAddress, ports } }: Reached) {
  const lanes = ports.flatMap(({ name, lanePort }) => (lanePort === undefined ? [] : [[name, lanePort] as const]));
  return [address, { pod: podAddress, lanes: Object.fromEntries(lanes) }] as const;
}
