import { ANNOTATION_ENDPOINTS, type EndpointSlice, LABEL_SOURCE_CLUSTER } from '#api/index.ts';
import type { ImportedCluster } from './imported.ts';

/** Reads a slice that the member controller wrote; undefined when it is none. Ports without a count serve nothing. */
export function importedCluster(slice: EndpointSlice): ImportedCluster | undefined {
  const cluster = slice.metadata.labels?.[LABEL_SOURCE_CLUSTER];
  if (!cluster) return undefined;
  const counts = readCounts(slice.metadata.annotations?.[ANNOTATION_ENDPOINTS] ?? '');
  const ports = (slice.ports ?? []).flatMap(({ name, protocol, port }) => {
    if (!port) return [];
    const { ready = 0, total = 0 } = counts.get(name ?? '') ?? {};
    return [{ name: name ?? '', protocol: protocol ?? 'TCP', lanePort: port, ready, total }];
  });
  return { cluster, peerAddress: slice.endpoints?.[0]?.addresses[0], ports };
}

/** `http=2/3,=1/1` → counts by port name; what cannot be read counts as nothing ready. */
function readCounts(text: string): Map<string, { ready: number; total: number }> {
  const entries = text.matchAll(/(?:^|,)([a-z0-9-]*)=(\d+)\/(\d+)/g);
  return new Map(
    [...entries].map(([, name = '', ready, total]) => [name, { ready: Number(ready), total: Number(total) }]),
  );
}
