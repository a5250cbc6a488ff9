/** Which lane ports an export asks for, and which its record holds. Pure. */
import type { ClusterExportSpec } from '#api/index.ts';
import type { ExportedEndpoint, LaneKey, LanePortRecord } from '#plan/index.ts';
import { laneText } from '../vips/records.ts';
import type { Draft, DraftPort } from './draft.ts';

export function hasLane({ protocol }: { readonly protocol: string }): boolean {
  return protocol !== 'SCTP';
}

/** @param endpoint name of the endpoint that it leads to alone */
export function laneKey(
  { service }: Pick<ClusterExportSpec, 'service'>,
  { name, protocol, port }: Pick<DraftPort, 'name' | 'protocol' | 'port'>,
  endpoint?: string,
): LaneKey {
  const key = { namespace: service.namespace, name: service.name, portName: name, protocol, port };
  return endpoint === undefined ? key : { ...key, endpoint };
}

export function lanesAsked({ spec, ports }: Draft, endpoints: readonly ExportedEndpoint[]): LaneKey[] {
  const carried = ports.filter(hasLane);
  const ofEndpoints = endpoints.flatMap(({ name, ports: has }) =>
    carried.filter((port) => has.some((one) => one.name === port.name)).map((port) => laneKey(spec, port, name)),
  );
  return [...carried.map((port) => laneKey(spec, port)), ...ofEndpoints];
}

export function lanesHeld(spec: ClusterExportSpec): LaneKey[] {
  return lanesGiven(spec).map(({ lanePort: _, ...key }) => key);
}

/** What the record shows of what was given out. */
export function lanesGiven(spec: ClusterExportSpec): LanePortRecord[] {
  const named = spec.ports.map((port) => ({ ...port, name: port.name ?? '' }));
  const given = (port: (typeof named)[number], lanePort: number | undefined, endpoint?: string): LanePortRecord[] =>
    lanePort === undefined ? [] : [{ ...laneKey(spec, port, endpoint), lanePort }];
  const ofEndpoints = (spec.endpoints ?? []).flatMap(({ name, ports }) =>
    named.flatMap((port) => given(port, ports.find((one) => (one.name ?? '') === port.name)?.lanePort, name)),
  );
  return [...named.flatMap((port) => given(port, port.lanePort)), ...ofEndpoints];
}

/** Whether the record has lanes that are no longer asked for. */
export function hasSpareLanes(asked: readonly LaneKey[], spec: ClusterExportSpec | undefined): boolean {
  const wanted = new Set(asked.map(laneText));
  return spec !== undefined && lanesHeld(spec).some((lane) => !wanted.has(laneText(lane)));
}
