/**
 * What this member has given out: VIPs, peer addresses, lane ports, and its epoch. Kept in one ConfigMap, of which this process is
 * the only writer; written before anything given out is used. A lost ConfigMap is rebuilt from the objects that show what was given.
 */
import { type Clock, isFault, type Log } from '#kit/index.ts';
import {
  CONFIG_MAPS,
  type ConfigMap,
  FIELD_MANAGER,
  RECORDS_KEYS,
  RECORDS_NAME,
  SYSTEM_NAMESPACE,
} from '#api/index.ts';
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

const EPOCH_KEY = 'epoch.json';

interface State {
  vips: readonly VipRecord[];
  peers: readonly PeerRecord[];
  lanePorts: readonly LanePortRecord[];
  epoch: number;
}

export async function loadRecords(options: RecordsOptions, traces: Traces): Promise<Records> {
  const { client, clock, log, vipRange: range, lanePorts } = options;
  const stored = await client.find<ConfigMap>(CONFIG_MAPS, { namespace: SYSTEM_NAMESPACE, name: RECORDS_NAME });
  const state = withTraces(read(stored?.data ?? {}, log), traces);
  let version = stored?.metadata.resourceVersion;
  let dirty = true;
  let saving: Promise<void> = Promise.resolve();

  let given = indexOf(state);

  const change = (next: Partial<State>) => {
    const changed = Object.entries(next).some(([field, value]) => {
      const before: unknown = state[field as keyof State];
      return JSON.stringify(before) !== JSON.stringify(value);
    });
    if (!changed) return;
    Object.assign(state, next);
    given = indexOf(state);
    dirty = true;
  };

  async function write() {
    if (!dirty) return;
    dirty = false;
    try {
      version = await put(client, state, version);
    } catch (error) {
      dirty = true;
      if (isFault(error, 'kube/conflict') || isFault(error, 'kube/not-found') || isFault(error, 'kube/exists')) {
        const now = await client.find<ConfigMap>(CONFIG_MAPS, { namespace: SYSTEM_NAMESPACE, name: RECORDS_NAME });
        version = now?.metadata.resourceVersion;
      }
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
      change({ vips: reconcileVips(state.vips, services.map(bare), { range, now: clock.now() }).records }),
    vipOf: ({ namespace, name }) => given.vips.get(`${namespace}/${name}`),
    wantPeers: (clusters) =>
      change({ peers: reconcilePeers(state.peers, clusters, { range, now: clock.now() }).records }),
    peerOf: (cluster) => given.peers.get(cluster),
    wantLanePorts(keys, observed) {
      const ports = reconcileLanePorts(state.lanePorts, keys, {
        range: lanePorts,
        now: clock.now(),
        epoch: state.epoch,
        observed,
      });
      change({ lanePorts: ports.records });
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
function indexOf({ vips, peers, lanePorts }: State) {
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

function read(data: Readonly<Record<string, string>>, log: Log): State {
  const list = <T>(key: string) => readList<T>(data[key], key, log);
  return {
    vips: list<VipRecord>(RECORDS_KEYS.vips),
    peers: list<PeerRecord>(RECORDS_KEYS.peers),
    lanePorts: list<LanePortRecord>(RECORDS_KEYS.lanePorts),
    epoch: Math.max(0, Math.trunc(Number(data[EPOCH_KEY] ?? 0)) || 0),
  };
}

/** Somebody may have written over it: then the objects that show what was given out must do. */
function readList<T>(text: string | undefined, key: string, log: Log): readonly T[] {
  if (!text) return [];
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value) && value.every((one) => typeof one === 'object' && one !== null)) return value as T[];
  } catch (error) {
    log.error({ key, err: error }, 'record is not JSON and is made again');
    return [];
  }
  log.error({ key }, 'record is not a list of objects and is made again');
  return [];
}

/** What was given out stays so, even if the record of it is lost. */
function withTraces(state: State, traces: Traces): State {
  const has = {
    vip: new Set(state.vips.flatMap(({ namespace, name, ip }) => [`${namespace}/${name}`, ip])),
    peer: new Set(state.peers.flatMap(({ cluster, address }) => [cluster, address])),
    lane: new Set(state.lanePorts.map(({ lanePort }) => lanePort)),
    key: new Set(state.lanePorts.filter((one) => !one.freedAt).map(laneText)),
  };
  return {
    vips: [
      ...state.vips,
      ...traces.vips.filter((one) => !has.vip.has(`${one.namespace}/${one.name}`) && !has.vip.has(one.ip)),
    ],
    peers: [...state.peers, ...traces.peers.filter((one) => !has.peer.has(one.cluster) && !has.peer.has(one.address))],
    lanePorts: [
      ...state.lanePorts,
      ...traces.lanePorts.filter((one) => !has.lane.has(one.lanePort) && !has.key.has(laneText(one))),
    ],
    epoch: Math.max(state.epoch, traces.epoch),
  };
}

async function put(client: Client, state: State, resourceVersion: string | undefined): Promise<string | undefined> {
  const map: ConfigMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: SYSTEM_NAMESPACE, name: RECORDS_NAME, resourceVersion },
    data: {
      [RECORDS_KEYS.vips]: JSON.stringify(state.vips),
      [RECORDS_KEYS.peers]: JSON.stringify(state.peers),
      [RECORDS_KEYS.lanePorts]: JSON.stringify(state.lanePorts),
      [EPOCH_KEY]: String(state.epoch),
    },
  };
  const options = { fieldManager: FIELD_MANAGER.member };
  const written = resourceVersion
    ? await client.update(CONFIG_MAPS, map, options)
    : await client.create(CONFIG_MAPS, map, options);
  return written.metadata.resourceVersion;
}
