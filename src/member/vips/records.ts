/**
 * What this member has given out: VIPs, peer addresses, lane ports, and its epoch. Kept in ConfigMaps, of which this process is
 * the only writer; written before anything given out is used. A lost ConfigMap is rebuilt from the objects that show what was given.
 */
import { cidr, type Clock, type Family, familyOfText, type Log, timestamp } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import {
  type LaneKey,
  type LanePortRecord,
  type PeerRecord,
  pickVip,
  reconcileLanePorts,
  reconcilePeers,
  reconcileVips,
  type ServiceName,
  type VipRecord,
} from '#plan/index.ts';
import { readPages } from './record-pages.ts';
import type { RecordState } from './read-records.ts';

export interface RecordsOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Log;
  /** One of each family that this cluster has. */
  readonly vipRanges: readonly string[];
  readonly lanePorts: { readonly first: number; readonly last: number };
}

/** What can be seen of earlier allocations when the ConfigMap is lost. */
export interface Traces {
  readonly vips: readonly VipRecord[];
  readonly peers: readonly PeerRecord[];
  readonly lanePorts: readonly LanePortRecord[];
  readonly epoch: number;
}

/** An address of each family that there is a range of. */
export type PerFamily = Readonly<Partial<Record<Family, string>>>;

export interface Records {
  readonly epoch: number;
  /** A new epoch, higher than `atLeast` too. Call `save` before it is shown. */
  nextEpoch(atLeast?: number): number;
  /** Exactly these services have addresses from now on. */
  wantVips(services: readonly ServiceName[]): void;
  /** One more does. Thousands come one after another: it finds its address without a walk over all the others. */
  wantVip(service: ServiceName): void;
  vipsOf(service: ServiceName): PerFamily;
  /** Services that have one now. */
  vips(): ServiceName[];
  wantPeers(clusters: readonly string[]): void;
  peersOf(cluster: string): PerFamily;
  /** Members that have one now. */
  peers(): string[];
  /** @returns keys for which there was no port left */
  wantLanePorts(keys: readonly LaneKey[], observed: Readonly<Record<string, number>>): readonly LaneKey[];
  lanePortOf(key: LaneKey): number | undefined;
  /** Whether any was ever given out, unless the last of them has rested long enough. */
  readonly hasLanePorts: boolean;
  /** What another has given out rests as if it had been freed here now. */
  restLanePorts(others: readonly LanePortRecord[]): void;
  /** Resolves when everything given out so far is written. */
  save(): Promise<void>;
}

export async function loadRecords(options: RecordsOptions, traces: Traces): Promise<Records> {
  const { client, clock, log, vipRanges, lanePorts } = options;
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
    given = {
      ...given,
      ...(next.vips && vipIndex(next.vips)),
      ...(next.peers && { peers: peerIndex(next.peers) }),
      ...(next.lanePorts && { lanePorts: laneIndex(next.lanePorts) }),
    };
  };

  const wantVips = (services: readonly ServiceName[]) =>
    give({
      vips: inEachFamily(
        vipRanges,
        state.vips,
        ({ ip: address }) => address,
        (mine, range) => reconcileVips(mine, services.map(bare), { range, now: clock.now() }).records,
      ),
    });

  function wantVip(service: ServiceName): void {
    const held = given.vips.get(keyOf(service));
    if (given.released.has(keyOf(service)))
      return wantVips([...[...given.vips.values()].map((one) => one.service), service]);
    const missing = vipRanges.filter((range) => held?.addresses[cidr(range).family] === undefined);
    const picked = missing.flatMap((range) => pickVip(range, given.taken, service) ?? []);
    const added = picked.map((address): VipRecord => ({ ...bare(service), ip: address }));
    for (const record of added) {
      addVip(given.vips, record);
      given.taken.add(record.ip);
    }
    if (added.length > 0) change({ vips: [...state.vips, ...added] });
  }

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
    vips: () => [...given.vips.values()].map(({ service }) => service),
    peers: () => [...given.peers.keys()],
    wantVips,
    wantVip,
    vipsOf: (service) => given.vips.get(keyOf(service))?.addresses ?? {},
    wantPeers: (clusters) =>
      give({
        peers: inEachFamily(
          vipRanges,
          state.peers,
          ({ address }) => address,
          (mine, range) => reconcilePeers(mine, clusters, { range, now: clock.now() }).records,
        ),
      }),
    peersOf: (cluster) => given.peers.get(cluster) ?? {},
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
    get hasLanePorts() {
      return state.lanePorts.length > 0;
    },
    restLanePorts(others) {
      const freedAt = timestamp(clock);
      const freed = others.map((one) => ({ ...one, freedAt, freedEpoch: state.epoch }));
      const lanePorts = distinct([...state.lanePorts, ...freed], (one) => [String(one.lanePort), laneText(one)]);
      if (lanePorts.length > state.lanePorts.length) give({ lanePorts });
    },
    save() {
      saving = saving.then(write, write);
      return saving;
    },
  };
}

type Vips = Map<string, { readonly service: ServiceName; readonly addresses: PerFamily }>;

/** What is given now, for finding; services are many. */
interface Given {
  readonly vips: Vips;
  /** Addresses that nobody else may have. */
  readonly taken: Set<string>;
  /** Services whose address waits for their return. */
  readonly released: ReadonlySet<string>;
  readonly peers: ReadonlyMap<string, PerFamily>;
  readonly lanePorts: ReadonlyMap<string, number>;
}

function indexOf({ vips, peers, lanePorts }: RecordState): Given {
  return { ...vipIndex(vips), peers: peerIndex(peers), lanePorts: laneIndex(lanePorts) };
}

function vipIndex(records: readonly VipRecord[]): Pick<Given, 'vips' | 'taken' | 'released'> {
  const vips: Vips = new Map();
  for (const record of records) if (!record.releasedAt) addVip(vips, record);
  return {
    vips,
    taken: new Set(records.map(({ ip: address }) => address)),
    released: new Set(records.filter(({ releasedAt }) => releasedAt).map(keyOf)),
  };
}

function addVip(vips: Vips, { namespace, name, ip: address }: VipRecord): void {
  const key = keyOf({ namespace, name });
  const addresses = { ...vips.get(key)?.addresses, [familyIn(address)]: address };
  vips.set(key, { service: { namespace, name }, addresses });
}

function laneIndex(records: readonly LanePortRecord[]): Map<string, number> {
  return new Map(records.filter((one) => !one.freedAt).map((one) => [laneText(one), one.lanePort]));
}

function peerIndex(records: readonly PeerRecord[]): Map<string, PerFamily> {
  const clusters = new Map<string, PerFamily>();
  for (const { cluster, address } of records.filter((one) => !one.releasedAt))
    clusters.set(cluster, { ...clusters.get(cluster), [familyIn(address)]: address });
  return clusters;
}

function keyOf({ namespace, name }: ServiceName): string {
  return `${namespace}/${name}`;
}

export function laneText({ namespace, name, portName, protocol, port, endpoint = '' }: LaneKey): string {
  return `${namespace}/${name} ${portName} ${protocol} ${port} ${endpoint}`;
}

/** Each range gives out of its own; what was given out of a range that is no more stays as it is. */
function inEachFamily<T>(
  ranges: readonly string[],
  records: readonly T[],
  addressIn: (record: T) => string,
  give: (mine: readonly T[], range: string) => readonly T[],
): readonly T[] {
  const families = new Map(ranges.map((range) => [cidr(range).family, range]));
  const others = records.filter((one) => !families.has(familyIn(addressIn(one))));
  const given = [...families].flatMap(([family, range]) =>
    give(
      records.filter((one) => familyIn(addressIn(one)) === family),
      range,
    ),
  );
  return [...given, ...others];
}

/** Of an address that we gave out ourselves. */
function familyIn(address: string): Family {
  return familyOfText(address) ?? 'IPv4';
}

/** Only the name: what is given may hold more. */
function bare({ namespace, name }: ServiceName): ServiceName {
  return { namespace, name };
}

/** What was given out stays so, even if the record of it is lost. */
function withTraces(state: RecordState, traces: Traces): RecordState {
  return {
    vips: distinct([...heldFirst(state.vips, ({ releasedAt }) => !releasedAt), ...traces.vips], (one) => [
      `${one.namespace}/${one.name} ${familyIn(one.ip)}`,
      one.ip,
    ]),
    peers: distinct([...state.peers, ...traces.peers], ({ cluster, address }) => [
      `${cluster} ${familyIn(address)}`,
      address,
    ]),
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
