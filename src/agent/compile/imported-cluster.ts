import {
  ANNOTATION_ENDPOINTS,
  ANNOTATION_LANES,
  type EndpointSlice,
  LABEL_HEADLESS,
  LABEL_MANAGED_BY,
  LABEL_SOURCE_CLUSTER,
  MANAGED_BY_MEMBER,
} from '#api/index.ts';
import type { ImportedCluster, ImportedEndpoint, ImportedPort } from './imported.ts';

/** Reads a slice that the member controller wrote; undefined when it is none. Ports without a count serve nothing. */
export function importedCluster(slice: EndpointSlice): ImportedCluster | undefined {
  const { labels = {} } = slice.metadata;
  const cluster = labels[LABEL_SOURCE_CLUSTER];
  if (!cluster || labels[LABEL_MANAGED_BY] !== MANAGED_BY_MEMBER) return undefined;
  const family = slice.addressType === 'IPv6' ? 'IPv6' : 'IPv4';
  if (LABEL_HEADLESS in labels)
    return { cluster, family, peerAddress: undefined, ports: [], endpoints: endpointsOf(slice) };
  return {
    cluster,
    family,
    peerAddress: slice.endpoints?.[0]?.addresses[0],
    ports: countedPorts(slice),
    endpoints: [],
  };
}

function countedPorts({ metadata, ports }: EndpointSlice): readonly ImportedPort[] {
  const counts = readCounts(metadata.annotations?.[ANNOTATION_ENDPOINTS] ?? '');
  return (ports ?? []).flatMap(({ name, protocol, port }) => {
    if (!port) return [];
    const { ready = 0, total = 0 } = counts.get(name ?? '') ?? {};
    return [{ name: name ?? '', protocol: protocol ?? 'TCP', lanePort: port, ready, total }];
  });
}

/** `http=2/3,=1/1` → counts by port name; what cannot be read counts as nothing ready. */
function readCounts(text: string): Map<string, { ready: number; total: number }> {
  const entries = text.matchAll(/(?:^|,)([a-z0-9-]*)=(\d+)\/(\d+)/g);
  return new Map(
    [...entries].map(([, name = '', ready, total]) => [name, { ready: Number(ready), total: Number(total) }]),
  );
}

function endpointsOf({ metadata, endpoints, ports }: EndpointSlice): readonly ImportedEndpoint[] {
  const lanes = readLanes(metadata.annotations?.[ANNOTATION_LANES]);
  return (endpoints ?? []).flatMap(({ addresses: [address], hostname, conditions }) => {
    if (!address) return [];
    const { pod = address, lanes: own = {} } = lanes[address] ?? {};
    return [
      {
        address,
        podAddress: pod,
        hostname,
        ready: conditions?.ready ?? true,
        ports: (ports ?? []).flatMap(({ name = '', protocol = 'TCP', port }) =>
          port ? [{ name, protocol, port, lanePort: own[name] }] : [],
        ),
      },
    ];
  });
}

type Lanes = Readonly<Record<string, { readonly pod?: string; readonly lanes?: Readonly<Record<string, number>> }>>;

function readLanes(text: string | undefined): Lanes {
  if (!text) return {};
  try {
    return JSON.parse(text) as Lanes;
  } catch {
    // Somebody wrote over it: the member writes it again.
    return {};
  }
}
