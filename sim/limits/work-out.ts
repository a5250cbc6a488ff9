/** From what small sets cost to what large ones would; and what replicating every pod into every cluster would cost instead. */
import type { Measured } from './measure-set.ts';

export interface Row {
  readonly members: number;
  readonly services: number;
  /** Changes of readiness a second, in the whole set. */
  readonly changes: number;
  readonly hub: Cost;
  readonly mesh: Cost;
}

export interface Cost {
  readonly objects: number;
  readonly bytes: number;
  readonly writesPerSecond: number;
  /** Told to everybody who watches, a second. */
  readonly sentPerSecond: number;
}

const EXPORTERS = 2;
const PODS = 10;
/** Of Kubernetes: most endpoints of one EndpointSlice. */
const SLICE = 100;
/** An EndpointSlice as Kubernetes' own controller writes it, JSON: its frame, and each endpoint. */
const SLICE_BYTES = 700;
const ENDPOINT_BYTES = 260;
/** A record is written once a second however fast pods come and go. Source: `member/exports/pace.ts`. */
const MOST_WRITES_PER_EXPORT = 1;

export function workOut(measured: readonly Measured[], members: number, services: number, changes: number): Row {
  const unit = last(measured);
  const exports = services * EXPORTERS;
  const hubWrites =
    Math.min(changes, exports * MOST_WRITES_PER_EXPORT) * unit.writesPerChange + members * unit.restPerMember;
  const hub: Cost = {
    objects: exports + 2 * members,
    bytes: exports * unit.bytesPerExport + members * unit.bytesPerMember,
    writesPerSecond: hubWrites,
    sentPerSecond: changes * unit.bytesPerChangeAndMember * members,
  };
  return { members, services, changes, hub, mesh: fullMesh(members, services, changes) };
}

function last(measured: readonly Measured[]) {
  const largest = measured.at(-1);
  if (!largest) throw new Error('nothing was measured');
  return { ...largest, restPerMember: largest.writesAtRest / largest.members };
}

/** Each exporter's slices copied into every other cluster, whole at each change, as the EndpointSlice API has it. */
function fullMesh(members: number, services: number, changes: number): Cost {
  const slicesOfExport = Math.ceil(PODS / SLICE);
  const perSlice = SLICE_BYTES + Math.min(PODS, SLICE) * ENDPOINT_BYTES;
  const objects = services * EXPORTERS * slicesOfExport * (members - 1);
  return {
    objects,
    bytes: objects * perSlice,
    writesPerSecond: changes * (members - 1),
    sentPerSecond: changes * (members - 1) * perSlice,
  };
}
