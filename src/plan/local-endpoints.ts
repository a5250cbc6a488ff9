import { isOwnSlice, type SliceView } from './own-slices.ts';
import type { Family, Protocol } from './model.ts';
import { byText } from './order.ts';

export interface LocalPod {
  readonly address: string;
  /** Port on the pod (target port). */
  readonly port: number;
  /** Ready and not terminating. */
  readonly ready: boolean;
  /** Terminating but still serving: the last resort. */
  readonly servingTerminating: boolean;
  readonly terminating: boolean;
  readonly nodeName?: string;
  readonly zone?: string;
  /** For whom the slice means it: names of nodes, of zones. */
  readonly nodeHints?: readonly string[];
  readonly zoneHints?: readonly string[];
}

/** The endpoints behind one service port. */
export interface LocalPort {
  /** Name of the service port; may be empty. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly pods: readonly LocalPod[];
  /** Ready and not terminating. */
  readonly ready: number;
  /** Not terminating. */
  readonly total: number;
}

interface Found extends LocalPod {
  readonly name: string;
  readonly protocol: Protocol;
}

/**
 * The own endpoints of one Service per port name and protocol, out of all its slices; foreign slices are left out. Sorted.
 *
 * @param family of the addresses; absent: a pod with two counts twice
 */
export function localEndpoints(slices: readonly SliceView[], family?: Family): readonly LocalPort[] {
  const own = slices.filter((slice) => isOwnSlice(slice) && (!family || (slice.addressType ?? 'IPv4') === family));
  const found = own.flatMap(endpointsOf);
  const byPort = Map.groupBy(found, ({ name, protocol }) => `${name}/${protocol}`);
  return [...byPort.keys()].toSorted(byText).map((key) => localPort(byPort.get(key) ?? []));
}

/** The pods that may take a new connection: the ready ones; the serving-terminating ones only if none is ready. */
export function servingPods(pods: readonly LocalPod[]): readonly LocalPod[] {
  const ready = pods.filter((pod) => pod.ready);
  return ready.length > 0 ? ready : pods.filter((pod) => pod.servingTerminating);
}

function endpointsOf({ ports, endpoints }: SliceView): readonly Found[] {
  return (ports ?? []).flatMap(({ name, protocol, port }) =>
    port
      ? (endpoints ?? []).flatMap((endpoint) =>
          endpoint.addresses.map((address) => ({
            name: name ?? '',
            protocol: (protocol ?? 'TCP') as Protocol,
            address,
            port,
            ...conditionsOf(endpoint.conditions ?? {}),
            ...placeOf(endpoint),
          })),
        )
      : [],
  );
}

function placeOf({ nodeName, zone, hints }: NonNullable<SliceView['endpoints']>[number]) {
  const names = (of: readonly { readonly name: string }[] = []) => of.map(({ name }) => name);
  return {
    ...(nodeName && { nodeName }),
    ...(zone && { zone }),
    ...(hints?.forNodes?.length && { nodeHints: names(hints.forNodes) }),
    ...(hints?.forZones?.length && { zoneHints: names(hints.forZones) }),
  };
}

/** Unknown reads as ready, and serving follows ready (discovery/v1). */
function conditionsOf({
  ready = true,
  serving = ready,
  terminating = false,
}: Readonly<Record<string, boolean | undefined>>) {
  return { ready: ready && !terminating, servingTerminating: serving && terminating, terminating };
}

function localPort(found: readonly Found[]): LocalPort {
  const [{ name, protocol } = { name: '', protocol: 'TCP' as const }] = found;
  const pods = distinct(found).map(({ name: _name, protocol: _protocol, ...pod }) => pod);
  return {
    name,
    protocol,
    pods,
    ready: pods.filter((pod) => pod.ready).length,
    total: pods.filter((pod) => !pod.terminating).length,
  };
}

/** An endpoint may sit in two slices while they are rewritten: the better state counts. */
function distinct(found: readonly Found[]): readonly Found[] {
  const worstFirst = found.toSorted((a, b) => rank(a) - rank(b));
  const byAddress = new Map(worstFirst.map((pod) => [`${pod.address}:${pod.port}`, pod]));
  return [...byAddress.values()].toSorted((a, b) => byText(a.address, b.address) || a.port - b.port);
}

function rank({ ready, terminating, servingTerminating }: LocalPod): number {
  if (ready) return 3;
  if (!terminating) return 2;
  return servingTerminating ? 1 : 0;
}
