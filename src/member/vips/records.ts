/**
 * What this member has given out: VIPs, peer addresses, lane ports, and its epoch. Kept in ConfigMaps, of which this process is
 * the only writer; written before anything given out is used. A lost ConfigMap is rebuilt from the objects that show what was given.
 */
import type { Clock, Log } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import {
  type LaneKey,
  type LanePortRecord,
  type PeerRecord,
  reconcileLanePorts,
  reconcilePeers,
  reconcileVips,
  type ServiceName,
  type VipRecord,
} from '#plan/index.ts';
import { type RecordState, readPages } from './record-pages.ts';

export interface RecordsOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Log;
  readonly vipRange: string;
  readonly lanePorts: { readonly first: number; readonly last: number };
}

/** What can be seen of earlier allocations when the ConfigMap is lost. */
export interface Traces {
  readonly vips: readonly VipRecord[];
  readonly peers: readonly PeerRecord[];
  readonly lanePorts: readonly LanePortRecord[];
  readonly epoch: number;
}

export interface Records {
  readonly epoch: number;
  /** A new epoch, higher than `atLeast` too. Call `save` before it is shown. */
  nextEpoch(atLeast?: number): number;
  wantVips(services: readonly ServiceName[]): void;
  vipOf(service: ServiceName): string | undefined;
  /** Services that have one now. */
  vips(): ServiceName[];
  wantPeers(clusters: readonly string[]): void;
  peerOf(cluster: string): string | undefined;
  /** Members that have one now. */
  peers(): string[];
  /** @returns keys for which there was no port left */
  wantLanePorts(keys: readonly LaneKey[], observed: Readonly<Record<string, number>>): readonly LaneKey[];
  lanePortOf(key: LaneKey): number | undefined;
  /** Resolves when everything given out so far is written. */
  save(): Promise<void>;
}

export async function loadRecords(options: RecordsOptions, traces: Traces): Promise<Records> {
  const { client, clock, log, vipRange: range, lanePorts } = options;
  const pages = await readPages(client, log);
  let state = withTraces(pages.found, traces);
  let given = indexOf(state);
  let dirty = true;
  let saving: Promise<void> = Promise.resolve();

  const change = (next: Partial<RecordState>) => {
    state = { ...state, ...next };
    dirty = true;
  };

  const give = (next: Partial<RecordState>) => {
    change(next);
    given = indexOf(state);
  };

  async function write() {
    if (!dirty) return;
    dirty = false;
    try {
      await pages.write(state);
    } catch (error) {
      dirty = true;
      throw error;
    }
  }

  return {
    get epoch() {
      return state.epoch;
    },
    nextEpoch(atLeast = 0) {
      change({ epoch: Math.max(state.epoch, atLeast) + 1 });
      return state.epoch;
    },
    vips: () => state.vips.filter((one) => !one.releasedAt).map(({ namespace, name }) => ({ namespace, name })),
    peers: () => state.peers.filter((one) => !one.releasedAt).map(({ cluster }) => cluster),
    wantVips: (services) =>
      give({ vips: reconcileVips(state.vips, services.map(bare), { range, now: clock.now() }).records }),
    vipOf: ({ namespace, name }) => given.vips.get(`${namespace}/${name}`),
    wantPeers: (clusters) =>
      give({ peers: reconcilePeers(state.peers, clusters, { range, now: clock.now() }).records }),
    peerOf: (cluster) => given.peers.get(cluster),
    wantLanePorts(keys, observed) {
      const ports = reconcileLanePorts(state.lanePorts, keys, {
        range: lanePorts,
        now: clock.now(),
        epoch: state.epoch,
        observed,
      });
      give({ lanePorts: ports.records });
      return ports.exhausted;
    },
    lanePortOf: (key) => given.lanePorts.get(laneText(key)),
    save() {
      saving = saving.then(write, write);
      return saving;
    },
  };
}

/** What is given now, for finding; services are many. */
function indexOf({ vips, peers, lanePorts }: RecordState) {
  const held = lanePorts.filter((one) => !one.freedAt);
  return {
    vips: new Map(vips.flatMap((one) => (one.releasedAt ? [] : [[`${one.namespace}/${one.name}`, one.ip] as const]))),
    peers: new Map(peers.flatMap((one) => (one.releasedAt ? [] : [[one.cluster, one.address] as const]))),
    lanePorts: new Map(held.map((one) => [laneText(one), one.lanePort])),
  };
}

export function laneText({ namespace, name, portName, protocol, port, endpoint = '' }: LaneKey): string {
  return `${namespace}/${name} ${portName} ${protocol} ${port} ${endpoint}`;
}

/** Only the name: what is given may hold more. */
function bare({ namespace, name }: ServiceName): ServiceName {
  return { namespace, name };
}

/** What was given out stays so, even if the record of it is lost. */
function withTraces(state: RecordState, traces: Traces): RecordState {
  return {
    vips: distinct([...heldFirst(state.vips, ({ releasedAt }) => !releasedAt), ...traces.vips], (one) => [
      `${one.namespace}/${one.name}`,
      one.ip,
    ]),
    peers: distinct([...state.peers, ...traces.peers], ({ cluster, address }) => [cluster, address]),
    lanePorts: distinct([...heldFirst(state.lanePorts, ({ freedAt }) => !freedAt), ...traces.lanePorts], (one) => [
      String(one.lanePort),
      ...(one.freedAt ? [] : [laneText(one)]),
    ]),
    epoch: Math.max(state.epoch, traces.epoch),
  };
}

/** When two pages disagree, what is held counts before what was let go. */
function heldFirst<T>(records: readonly T[], held: (record: T) => boolean): T[] {
  return [...records.filter(held), ...records.filter((one) => !held(one))];
}

/** Without the records that claim a word of an earlier one. */
function distinct<T>(records: readonly T[], wordsOf: (record: T) => readonly string[]): T[] {
  const taken = new Set<string>();
  return records.filter((record) => {
    const words = wordsOf(record);
    if (words.some((word) => taken.has(word))) return false;
    for (const word of words) taken.add(word);
    return true;
  });
}
