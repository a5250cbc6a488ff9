import type { ExportedEndpoint, ExportedPort, ExportRecord, MergedPort, ServedEndpoint, Serving } from './model.ts';
import { byText } from './order.ts';

export interface MergedPorts {
  readonly ports: readonly MergedPort[];
  readonly serving: readonly Serving[];
}

/**
 * The union of all port lists: by name first ("" is a name), then by protocol and number; the oldest wins. A cluster whose port of
 * that name has another protocol or number does not serve it (KEP-1645, "Service Port").
 *
 * @param records oldest first
 */
export function mergePorts(records: readonly ExportRecord[]): MergedPorts {
  const ports = records.flatMap((record) => record.ports).reduce<readonly MergedPort[]>(withPort, []);
  const serving = records.map(({ cluster, ipFamilies, ports: own, endpoints = [] }) => ({
    cluster,
    ipFamilies,
    ports: ports.flatMap((port) => servedBy(own, port)),
    endpoints: endpoints.map((endpoint) => servedEndpoint(endpoint, own, ports)),
  }));
  return { ports, serving: serving.toSorted((a, b) => byText(a.cluster, b.cluster)) };
}

/** What a port is, for people and for comparing: appProtocol counts as a difference but not as another port. */
export function describePort({ protocol, port, appProtocol }: MergedPort): string {
  return `${protocol} ${port}${appProtocol ? ` (${appProtocol})` : ''}`;
}

export function sameEndpoint(a: MergedPort, b: MergedPort): boolean {
  return a.protocol === b.protocol && a.port === b.port;
}

function withPort(
  merged: readonly MergedPort[],
  { name, protocol, appProtocol, port }: ExportedPort,
): readonly MergedPort[] {
  const candidate: MergedPort = { name, protocol, port, ...(appProtocol !== undefined && { appProtocol }) };
  const known = merged.some((other) => other.name === name || sameEndpoint(other, candidate));
  return known ? merged : [...merged, candidate];
}

/** A cluster's own port behind a merged one, under the merged name. */
function servedBy(own: readonly ExportedPort[], merged: MergedPort): readonly ExportedPort[] {
  const port = own.find((candidate) => sameEndpoint(candidate, merged));
  if (!port) return [];
  const { appProtocol: _, ...rest } = port;
  return [{ ...rest, name: merged.name, ...(merged.appProtocol !== undefined && { appProtocol: merged.appProtocol }) }];
}

function servedEndpoint(
  { ports: theirs, ...endpoint }: ExportedEndpoint,
  own: readonly ExportedPort[],
  merged: readonly MergedPort[],
): ServedEndpoint {
  const ports = merged.flatMap(({ port: _, ...port }, i) => {
    const exported = own.find((candidate) => sameEndpoint(candidate, merged[i] as MergedPort));
    const found = exported && theirs.find(({ name }) => name === exported.name);
    return found
      ? [{ ...port, port: found.port, ...(found.lanePort !== undefined && { lanePort: found.lanePort }) }]
      : [];
  });
  return { ...endpoint, ports };
}
