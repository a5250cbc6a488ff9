import type { Protocol, ServiceName } from './model.ts';
import { byText } from './order.ts';
import { pickNumber } from './probing.ts';

/** What a lane port leads to. A port that changes its number is another port. */
export interface LaneKey extends ServiceName {
  readonly portName: string;
  readonly protocol: Protocol;
  readonly port: number;
  /** Of a headless service: the endpoint that it leads to alone; absent: any endpoint. */
  readonly endpoint?: string;
}

/** One line of `lane-ports.json`. */
export interface LanePortRecord extends LaneKey {
  readonly lanePort: number;
  /** RFC 3339; set when freed: refused from then on, and not given to another port yet. */
  readonly freedAt?: string;
  /** The member's epoch that first said it is gone. */
  readonly freedEpoch?: number;
}

export interface LanePortOptions {
  /** Both included. */
  readonly range: { readonly first: number; readonly last: number };
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The epoch that this change will be published under. */
  readonly epoch: number;
  /** For every other member that was not removed: the epoch of ours that it has applied (0: none yet). */
  readonly observed: Readonly<Record<string, number>>;
}

export interface LanePortChange {
  /** Sorted by lane port. */
  readonly records: readonly LanePortRecord[];
  /** Ports for which no lane port is left. */
  readonly exhausted: readonly LaneKey[];
}

/** A caller that slept through the change must not reach another service by the old number. */
const QUARANTINE_MS = 60 * 60_000;

/**
 * The records after this change. A freed port is refused, and reused by another only when every peer has observed that it is gone
 * and an hour has passed; the same port coming back within that time gets its old number. SCTP has no lane.
 */
export function reconcileLanePorts(
  records: readonly LanePortRecord[],
  wanted: readonly LaneKey[],
  options: LanePortOptions,
): LanePortChange {
  const carried = new Map(wanted.filter(({ protocol }) => protocol !== 'SCTP').map((key) => [textOf(key), key]));
  const alive = records
    .filter((record) => carried.has(textOf(record)) || !mayReuse(record, options))
    .map((record) => (carried.has(textOf(record)) ? inUse(record) : freed(record, options)));
  const known = new Set(alive.map(textOf));
  const missing = [...carried.keys()].filter((text) => !known.has(text)).toSorted(byText);
  const { added, exhausted } = allocate(
    missing.map((text) => carried.get(text)).filter((key) => key !== undefined),
    alive,
    options,
  );
  return { records: [...alive, ...added].toSorted((a, b) => a.lanePort - b.lanePort), exhausted };
}

/** The lane port in use for a key, never a freed one. */
export function lanePortOf(records: readonly LanePortRecord[], key: LaneKey): number | undefined {
  return records.find((record) => record.freedAt === undefined && textOf(record) === textOf(key))?.lanePort;
}

function allocate(keys: readonly LaneKey[], alive: readonly LanePortRecord[], { range }: LanePortOptions) {
  const taken = new Set(alive.map(({ lanePort }) => lanePort));
  const added: LanePortRecord[] = [];
  const exhausted: LaneKey[] = [];
  const numbers = { first: range.first, count: range.last - range.first + 1 };
  for (const key of keys) {
    const lanePort = pickNumber(textOf(key), numbers, (candidate) => taken.has(candidate) || isKubernetes(candidate));
    if (lanePort === undefined) exhausted.push(key);
    else {
      taken.add(lanePort);
      added.push({ ...keyOnly(key), lanePort });
    }
  }
  return { added, exhausted };
}

/** kubelet, kube-proxy and the control plane listen there on nodes, whose address the gateway's often is. */
function isKubernetes(port: number): boolean {
  return port >= 10_248 && port <= 10_259;
}

function mayReuse({ freedAt, freedEpoch = 0 }: LanePortRecord, { now, observed }: LanePortOptions): boolean {
  if (freedAt === undefined || now - Date.parse(freedAt) < QUARANTINE_MS) return false;
  return Object.values(observed).every((epoch) => epoch >= freedEpoch);
}

function freed(record: LanePortRecord, { now, epoch }: LanePortOptions): LanePortRecord {
  return record.freedAt === undefined ? { ...record, freedAt: new Date(now).toISOString(), freedEpoch: epoch } : record;
}

function inUse(record: LanePortRecord): LanePortRecord {
  return { ...keyOnly(record), lanePort: record.lanePort };
}

function keyOnly({ namespace, name, portName, protocol, port, endpoint }: LaneKey): LaneKey {
  return { namespace, name, portName, protocol, port, ...(endpoint !== undefined && { endpoint }) };
}

function textOf({ namespace, name, portName, protocol, port, endpoint }: LaneKey): string {
  return `${namespace}/${name}:${portName}/${protocol}/${port}${endpoint === undefined ? '' : `/${endpoint}`}`;
}
