/**
 * What this member has given out: VIPs, peer addresses, lane ports, and its epoch. Kept in one ConfigMap, of which this process is
 * the only writer; written before anything given out is used. A lost ConfigMap is rebuilt from the objects that show what was given.
 */
import { type Clock, isFault } from '#kit/index.ts';
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
  lanePortOf,
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
  const { client, clock, vipRange: range, lanePorts } = options;
  const stored = await client.find<ConfigMap>(CONFIG_MAPS, { namespace: SYSTEM_NAMESPACE, name: RECORDS_NAME });
  const state = withTraces(read(stored?.data ?? {}), traces);
  let version = stored?.metadata.resourceVersion;
  let dirty = true;
  let saving: Promise<void> = Promise.resolve();

  const change = (next: Partial<State>) => {
    const before = JSON.stringify(state);
    Object.assign(state, next);
    if (JSON.stringify(state) !== before) dirty = true;
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
    vipOf: ({ namespace, name }) =>
      state.vips.find((one) => one.namespace === namespace && one.name === name && !one.releasedAt)?.ip,
    wantPeers: (clusters) =>
      change({ peers: reconcilePeers(state.peers, clusters, { range, now: clock.now() }).records }),
    peerOf: (cluster) => state.peers.find((one) => one.cluster === cluster && !one.releasedAt)?.address,
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
    lanePortOf: (key) => lanePortOf(state.lanePorts, key),
    save() {
      saving = saving.then(write, write);
      return saving;
    },
  };
}

/** Only the name: what is given may hold more. */
function bare({ namespace, name }: ServiceName): ServiceName {
  return { namespace, name };
}

function read(data: Readonly<Record<string, string>>): State {
  const list = <T>(key: string) => (data[key] ? (JSON.parse(data[key]) as readonly T[]) : []);
  return {
    vips: list<VipRecord>(RECORDS_KEYS.vips),
    peers: list<PeerRecord>(RECORDS_KEYS.peers),
    lanePorts: list<LanePortRecord>(RECORDS_KEYS.lanePorts),
    epoch: Number(data[EPOCH_KEY] ?? 0),
  };
}

/** What was given out stays so, even if the record of it is lost. */
function withTraces(state: State, traces: Traces): State {
  const has = {
    vip: new Set(state.vips.flatMap(({ namespace, name, ip }) => [`${namespace}/${name}`, ip])),
    peer: new Set(state.peers.flatMap(({ cluster, address }) => [cluster, address])),
    lane: new Set(state.lanePorts.map(({ lanePort }) => lanePort)),
  };
  return {
    vips: [
      ...state.vips,
      ...traces.vips.filter((one) => !has.vip.has(`${one.namespace}/${one.name}`) && !has.vip.has(one.ip)),
    ],
    peers: [...state.peers, ...traces.peers.filter((one) => !has.peer.has(one.cluster) && !has.peer.has(one.address))],
    lanePorts: [
      ...state.lanePorts,
      ...traces.lanePorts.filter(
        (one) => !has.lane.has(one.lanePort) && lanePortOf(state.lanePorts, one) === undefined,
      ),
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
