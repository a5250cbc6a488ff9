/**
 * One service's own ClusterExport record: read what asks for it, plan what it should say, write the difference. Taking an export back
 * is done in two steps: the record is marked withdrawn (peers stop using it, the lane port still serves), then deleted.
 */
import {
  CLUSTER_EXPORTS,
  type ClusterExport,
  type ClusterExportEndpoint,
  type ClusterExportPort,
  SEALANE_GROUP,
} from '#api/index.ts';
import { timestamp } from '#kit/index.ts';
import { deepEqual, splitKey } from '#objects/index.ts';
import { type ExportedEndpoint, type LaneKey, localEndpoints } from '#plan/index.ts';
import { ownSlices } from '../caches.ts';
import { ensure } from '../ensure.ts';
import { isSpokenFor, isTerminating, isWithdrawn, type MemberState, observedBy, ownSpec } from '../member-state.ts';
import { exportClaims } from './claims.ts';
import { type Draft, draftExport, isRefused, type Refused } from './draft.ts';
import { createEndpoints } from './endpoints.ts';
import { hasLane, hasSpareLanes, laneKey, lanesAsked, lanesHeld } from './lane-keys.ts';
import { laneText } from '../vips/records.ts';
import { changedMuch, COALESCE_MS, sameButCounts } from './pace.ts';

const WITHDRAW_LIMIT_MS = 5_000;
/** After the last peer has said so: its nodes' kernels follow its API server. */
const SETTLE_MS = 300;
const LOOK_AGAIN_MS = 200;
/** A hub that has not answered by then is away: what is exported is imported at home all the same. */
const HUB_LIMIT_MS = 3_000;

export interface KeepRecord {
  /** @param key `namespace/name`. @returns milliseconds after which to look again, if needed */
  work(key: string): Promise<number | undefined>;
}

/** What an export would be now; undefined when nobody asks for it. */
export function draftOf(state: MemberState, key: string): Draft | Refused | undefined {
  const { caches, mcs, settings } = state;
  const claims = exportClaims(caches, key, mcs.serviceExports);
  if (!claims) return undefined;
  const { namespace = '', name } = splitKey(key);
  return draftExport({
    cluster: settings.cluster,
    namespace,
    name,
    claim: claims.winner.value,
    service: caches.services.get(key),
    allowed: ownSpec(state).exports,
  });
}

export function createKeepRecord(state: MemberState): KeepRecord {
  const { caches, settings, records } = state;
  const { client, clock } = settings;
  const writtenAt = new Map<string, number>();
  const observedAt = new Map<string, number>();
  const numbered = new Map<string, { readonly change: string; readonly epoch: number }>();
  const own = createEndpoints(state);
  /** Of all exports: those asked for, and those on their way out. */
  const wanted = lanesNow(state);

  /** A cluster that has given out none before waits for the hub to say what was given out under its name. */
  const mayGiveOut = () => records.hasLanePorts || isSpokenFor(state);
  const startedAt = clock.monotonic();

  const giveOutLanes = () => {
    if (!mayGiveOut()) return;
    const exhausted = records.wantLanePorts([...wanted.values()].flat(), observedBy(state));
    if (exhausted.length > 0) settings.log.error({ ports: exhausted.length }, 'no lane port left: widen --lane-ports');
  };

  /** A number for one change: the same one when the change is tried again, however late its first try is seen. */
  function epochFor(key: string, change: string): number {
    const before = numbered.get(key);
    if (before?.change === change && state.unsettled.get(key) === before.epoch) return before.epoch;
    const epoch = records.nextEpoch();
    numbered.set(key, { change, epoch });
    state.unsettled.set(key, epoch);
    return epoch;
  }

  /** What was written, and is not in the cache yet, is there all the same. */
  async function unseen(key: string): Promise<ClusterExport | undefined> {
    if (!state.unsettled.has(key)) return undefined;
    const { namespace, name } = splitKey(key);
    return client.find<ClusterExport>(CLUSTER_EXPORTS, { namespace, name });
  }

  /** Another change may have been numbered before the first was seen: the number that was written counts. */
  function settledEpoch(key: string, { spec }: ClusterExport): number | undefined {
    state.unsettled.delete(key);
    return spec.epoch;
  }

  async function keep(key: string, draft: Draft, before: ClusterExport | undefined): Promise<number | undefined> {
    const { endpoints, leftOut } = own.of(key, draft);
    const asked = lanesAsked(draft, endpoints);
    wanted.set(key, asked);
    if (!mayGiveOut() && clock.monotonic() - startedAt < HUB_LIMIT_MS) return LOOK_AGAIN_MS;
    if (asked.some((lane) => records.lanePortOf(lane) === undefined) || hasSpareLanes(asked, before?.spec))
      giveOutLanes();
    const fresh = !before || isWithdrawn(before) || before.spec.exportUID !== draft.spec.exportUID;
    const ports = portsOf(state, key, draft);
    if (before && !fresh && onlyCounts(draft, before, ports) && !changedMuch(before.spec.ports, ports)) {
      const wait = (writtenAt.get(key) ?? Number.NEGATIVE_INFINITY) + COALESCE_MS - clock.monotonic();
      if (wait > 0) return wait;
    }
    const epoch = fresh ? epochFor(key, `export ${draft.spec.exportUID}`) : settledEpoch(key, before);
    await records.save();
    const exportedAt = before?.spec.exportUID === draft.spec.exportUID ? before?.spec.exportedAt : undefined;
    const rest = {
      ports,
      portsShown: shown(ports),
      ...(draft.spec.type === 'Headless' && { endpoints: withLanes(state, draft, endpoints) }),
      ...(leftOut > 0 && { endpointsLeftOut: leftOut }),
      epoch,
      ...(exportedAt && { exportedAt }),
    };
    await ensure(client, CLUSTER_EXPORTS, before, recordOf(draft, rest));
    writtenAt.set(key, clock.monotonic());
    return undefined;
  }

  async function takeBack(key: string, before: ClusterExport): Promise<number | undefined> {
    if (!isWithdrawn(before)) {
      const epoch = epochFor(key, `take back ${before.spec.epoch}`);
      await records.save();
      const spec = { ...before.spec, epoch, withdrawn: timestamp(clock) };
      await ensure(client, CLUSTER_EXPORTS, before, { ...before, spec });
      return LOOK_AGAIN_MS;
    }
    settledEpoch(key, before);
    if (!mayForget(key, before)) return LOOK_AGAIN_MS;
    await client.delete(CLUSTER_EXPORTS, before.metadata, { uid: before.metadata.uid });
    observedAt.delete(key);
    numbered.delete(key);
    writtenAt.delete(key);
    return undefined;
  }

  /** Peers have let go, or they have had their time. */
  function mayForget(key: string, { spec }: ClusterExport): boolean {
    if (clock.now() - Date.parse(spec.withdrawn ?? '') >= WITHDRAW_LIMIT_MS) return true;
    if (!Object.values(observedBy(state)).every((epoch) => epoch >= (spec.epoch ?? 0))) return false;
    const since = observedAt.get(key) ?? clock.monotonic();
    observedAt.set(key, since);
    return clock.monotonic() - since >= SETTLE_MS;
  }

  /** Nothing can be made in a namespace that is going away. */
  function mayCreateIn(key: string): boolean {
    const namespace = caches.namespaces.get(key.slice(0, key.indexOf('/')));
    return namespace !== undefined && !isTerminating(namespace);
  }

  return {
    async work(key) {
      const draft = draftOf(state, key);
      const seen = caches.records.get(key);
      if (draft && !isRefused(draft)) return seen || mayCreateIn(key) ? keep(key, draft, seen) : undefined;
      const before = seen ?? (await unseen(key));
      if (before) return takeBack(key, before);
      state.unsettled.delete(key);
      own.forget(key);
      if (wanted.delete(key)) giveOutLanes();
      await records.save();
      return undefined;
    },
  };
}

type Counted = Omit<ClusterExport['spec'], keyof Draft['spec']>;

function recordOf({ spec }: Draft, rest: Counted): ClusterExport {
  const { namespace, name } = spec.service;
  return {
    apiVersion: `${SEALANE_GROUP}/v1alpha1`,
    kind: 'ClusterExport',
    metadata: { namespace, name },
    spec: { ...spec, ...rest },
  };
}

function portsOf(state: MemberState, key: string, draft: Draft): ClusterExportPort[] {
  const local = localEndpoints(ownSlices(state.caches, key), draft.spec.ipFamilies?.[0]);
  return draft.ports.map((port) => {
    const found = local.find((one) => one.name === port.name && one.protocol === port.protocol);
    const lanePort = hasLane(port) ? state.records.lanePortOf(laneKey(draft.spec, port)) : undefined;
    return { ...port, ...(lanePort !== undefined && { lanePort }), ready: found?.ready ?? 0, total: found?.total ?? 0 };
  });
}

function shown(ports: readonly ClusterExportPort[]): string {
  return ports.map(({ port, protocol, ready, total }) => `${port}/${protocol} ${ready}/${total}`).join(', ');
}

/** Without lane ports for SCTP, which no lane carries. */
function withLanes(
  { records }: MemberState,
  { spec, ports }: Draft,
  endpoints: readonly ExportedEndpoint[],
): ClusterExportEndpoint[] {
  return endpoints.map((endpoint) => ({
    ...endpoint,
    ports: endpoint.ports.flatMap(({ name, port }) => {
      const exported = ports.find((one) => one.name === name);
      if (!exported) return [];
      const lanePort = hasLane(exported) ? records.lanePortOf(laneKey(spec, exported, endpoint.name)) : undefined;
      return [{ name, port, ...(lanePort !== undefined && { lanePort }) }];
    }),
  }));
}

function onlyCounts(draft: Draft, before: ClusterExport, ports: readonly ClusterExportPort[]): boolean {
  const {
    ports: oldPorts,
    portsShown: _____,
    epoch: _,
    exportedAt: __,
    endpoints: ___,
    endpointsLeftOut: ____,
    ...settings
  } = before.spec;
  return deepEqual(settings, plain(draft.spec)) && sameButCounts(oldPorts, ports);
}

/** As it comes back from the wire. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** What is asked for at the start; and what is recorded, so that nothing is freed before it has been looked at. */
function lanesNow(state: MemberState): Map<string, readonly LaneKey[]> {
  const { caches } = state;
  return new Map(
    [...exportKeys(state)].map((key) => {
      const draft = draftOf(state, key);
      const asked = draft && !isRefused(draft) ? lanesAsked(draft, []) : [];
      const recorded = caches.records.get(key)?.spec;
      const held = recorded ? lanesHeld(recorded) : [];
      return [key, [...new Map([...asked, ...held].map((lane) => [laneText(lane), lane])).values()]];
    }),
  );
}

/** `namespace/name` of everything that is, or was, exported. */
export function exportKeys({ caches }: Pick<MemberState, 'caches'>): Set<string> {
  const sources = [caches.serviceExports, caches.records, ...caches.flomeshExports.map(({ cache }) => cache)];
  return new Set(sources.flatMap((cache) => cache.keys()));
}
