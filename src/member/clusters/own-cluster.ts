/** The own MemberCluster on the hub: made if it is not there (its spec from the mirror), its status kept. */
import {
  FIELD_MANAGER,
  hubNamespace,
  MAX_GATEWAYS,
  MEMBER_CLUSTERS,
  type MemberCluster,
  type MemberClusterStatus,
  SEALANE_GROUP,
} from '#api/index.ts';
import { isFault, timestamp } from '#kit/index.ts';
import { deepEqual } from '#objects/index.ts';
import { type Judgement, withConditions } from '../conditions/with-conditions.ts';
import { memberIndex } from '#plan/index.ts';
import { allMembers, type MemberState, nameIsOurs } from '../member-state.ts';
import { tellOfOwn } from '../conditions/tell-of-hub.ts';
import { lanesGiven } from '../exports/lane-keys.ts';
import type { MemberSettings } from '../options.ts';
import { currentMarker } from '../replicate/marker.ts';
import type { Agents } from './agents.ts';
import { leftOver } from './left-over.ts';
import { isUnspoken } from './mirror.ts';

/** Of the function that merges exports; the set uses the lowest. */
export const MERGE_VERSION = 1;

export interface OwnClusterInput {
  readonly agents: Agents;
  /** Epochs of the others that have been taken in and written. */
  readonly observed: ReadonlyMap<string, number>;
  /** Members whose absent exports are kept, and why. */
  readonly suspects: ReadonlyMap<string, string>;
}

export async function keepOwnCluster(state: MemberState, input: OwnClusterInput): Promise<void> {
  const { caches, settings } = state;
  if (!caches.hubConnected) return;
  const onHub = caches.hubMembers.get(settings.cluster) ?? (await createOwn(state));
  if (!onHub) return;
  const current = await withAdminsSpec(state, onHub);
  if (!nameIsOurs(state)) {
    if (!settings.takeover) return refuse(state, current);
    settings.log.warn({ cluster: settings.cluster }, 'taking the name over from another cluster');
  }
  await catchUp(state, current);
  const status = desiredStatus(state, current, input);
  if (!differs(current.status ?? {}, status)) return;
  await settings.hub.patch(MEMBER_CLUSTERS, { name: settings.cluster }, { status }, STATUS);
}

/** Another tool may have filled an emptied hub before us: what the admin wrote comes back from the mirror. */
async function withAdminsSpec({ settings }: MemberState, onHub: MemberCluster): Promise<MemberCluster> {
  if (!isUnspoken(onHub)) return onHub;
  const name = settings.cluster;
  const spec = (await ownMirror(settings))?.spec;
  if (!spec) return onHub;
  try {
    return await settings.hub.patch<MemberCluster>(
      MEMBER_CLUSTERS,
      { name },
      { spec },
      { fieldManager: FIELD_MANAGER.member },
    );
  } catch (error) {
    if (!isFault(error, 'kube/forbidden')) throw error;
    settings.log.warn(
      { spec },
      'the hub does not hold what its admin wrote of this member, and we may not put it back',
    );
    return onHub;
  }
}

/**
 * Another cluster may have published under this name before: peers believe only a higher epoch than it had, and for a while their
 * tables lead to the lane ports that it gave out.
 */
async function catchUp(
  { caches, settings, records, clusterUID }: MemberState,
  { status }: MemberCluster,
): Promise<void> {
  const isOthers = status?.clusterUID !== clusterUID;
  const replicas = isOthers
    ? caches.hubExports.inNamespace(hubNamespace(settings.cluster)).map(({ spec }) => spec)
    : [];
  const epoch = Math.max(status?.published?.epoch ?? 0, ...replicas.map((spec) => spec.epoch ?? 0));
  if (!isOthers && epoch <= records.epoch) return;
  if (epoch >= records.epoch) records.nextEpoch(epoch);
  records.restLanePorts(replicas.flatMap(lanesGiven));
  await records.save();
}

const STATUS = { subresource: 'status', fieldManager: FIELD_MANAGER.member };

function refuse(state: MemberState, current: MemberCluster): void {
  const { settings, clusterUID } = state;
  const fields = { cluster: settings.cluster, ours: clusterUID, onHub: current.status?.clusterUID };
  settings.log.error(fields, 'this name belongs to another cluster: nothing is published (--takeover takes it over)');
  tellOfOwn(state, {
    type: 'Warning',
    reason: 'NameTaken',
    message: `another cluster (UID ${fields.onHub}) publishes as ${settings.cluster}: nothing is published from here`,
  });
}

/** As the API server has it: by a cache that lags the admin's words would be lost for good. */
function ownMirror({ client, cluster }: MemberSettings): Promise<MemberCluster | undefined> {
  return client.find<MemberCluster>(MEMBER_CLUSTERS, { name: cluster });
}

/** Whoever has emptied the hub did not mean to change the set: what the admin wrote comes back from the mirror. */
async function createOwn({ settings }: MemberState): Promise<MemberCluster | undefined> {
  const name = settings.cluster;
  const spec = (await ownMirror(settings))?.spec ?? {};
  const object: MemberCluster = {
    apiVersion: `${SEALANE_GROUP}/v1alpha1`,
    kind: 'MemberCluster',
    metadata: { name },
    spec,
  };
  try {
    return await settings.hub.create(MEMBER_CLUSTERS, object, { fieldManager: FIELD_MANAGER.member });
  } catch (error) {
    if (isFault(error, 'kube/exists')) return settings.hub.find<MemberCluster>(MEMBER_CLUSTERS, { name });
    throw error;
  }
}

function desiredStatus(
  state: MemberState,
  { spec, status = {} }: MemberCluster,
  { agents, observed, suspects }: OwnClusterInput,
): MemberClusterStatus {
  const { settings, clusterUID } = state;
  const gateways = agents.gateways().slice(0, MAX_GATEWAYS);
  const index = claimIndex(state, { spec, status });
  const judgements = [
    readiness(spec?.transport ?? 'WireGuard', gateways.length),
    ...suspicion(suspects),
    ...pressure(agents.fullTables()),
    ...sameIndex(state, index),
  ];
  const conditions = withConditions(status.conditions, judgements, timestamp(settings.clock), [
    SUSPECT,
    SAME_INDEX,
    PRESSURE,
  ]);
  const marker = currentMarker(state);
  const podRanges = state.podRanges();
  return {
    clusterUID,
    ...(index !== undefined && { index }),
    ...(podRanges && { podRanges: [...podRanges] }),
    gateways,
    gatewaysShown: gateways.flatMap(({ address, addresses = [address] }) => addresses).join(', '),
    observed: Object.fromEntries(observed),
    leftOver: leftOver(state, agents),
    version: settings.version,
    mergeVersion: MERGE_VERSION,
    conditions: conditions ?? status.conditions ?? [],
    ...(marker && { published: { ...marker } }),
  };
}

function otherMembers(state: MemberState): MemberCluster[] {
  const { cluster } = state.settings;
  return [...allMembers(state).values()].filter(({ metadata, spec }) => metadata.name !== cluster && !spec?.removed);
}

const SAME_INDEX = 'IndexConflict';

/** A claim gives way; what an admin gave twice stays so until he changes it. */
function sameIndex(state: MemberState, index: number | undefined): Judgement[] {
  const same = otherMembers(state).filter(({ spec }) => spec?.index !== undefined && spec.index === index);
  if (same.length === 0) return [];
  const names = same.map(({ metadata }) => metadata.name).toSorted();
  const message = `${names.join(', ')} has spec.index ${index} too: give each member one of its own`;
  return [{ type: SAME_INDEX, status: 'True', reason: 'SameIndex', message }];
}

function claimIndex(state: MemberState, { spec, status }: Pick<MemberCluster, 'spec' | 'status'>): number | undefined {
  const { cluster } = state.settings;
  const others = otherMembers(state);
  return memberIndex(
    { name: cluster, given: spec?.index, claimed: status?.index ?? state.caches.mirrors.get(cluster)?.status?.index },
    others.map((one) => ({ name: one.metadata.name, given: one.spec?.index, claimed: one.status?.index })),
  );
}

/** A merge patch adds and replaces; what is left out stays. */
function differs(before: MemberClusterStatus, after: MemberClusterStatus): boolean {
  return Object.entries(after).some(([field, value]) => {
    const old = before[field as keyof MemberClusterStatus];
    return !deepEqual(old ?? (Array.isArray(value) ? [] : undefined), JSON.parse(JSON.stringify(value)));
  });
}

const SUSPECT = 'HubStateSuspect';

function suspicion(suspects: ReadonlyMap<string, string>): Judgement[] {
  if (suspects.size === 0) return [];
  const message = [...suspects].map(([cluster, why]) => `${cluster}: ${why}`).join('; ');
  return [
    {
      type: SUSPECT,
      status: 'True',
      reason: 'AbsenceUnvouched',
      message: `exports missing on the hub are kept: ${message}`,
    },
  ];
}

const PRESSURE = 'TablePressure';
const TABLES_NAMED = 10;

function pressure(full: readonly string[]): Judgement[] {
  if (full.length === 0) return [];
  const more = full.length > TABLES_NAMED ? ` and ${full.length - TABLES_NAMED} more` : '';
  const names = `${full.slice(0, TABLES_NAMED).join('; ')}${more}`;
  const message = `kernel tables fill up (Events of the nodes say what happens in full ones): ${names}`;
  return [{ type: PRESSURE, status: 'True', reason: 'TableFillsUp', message }];
}

function readiness(transport: string, gateways: number): Judgement {
  const condition = { type: 'Ready' };
  if (transport !== 'Plain') {
    const message = `transport ${transport} is not available yet; other members do not call this one (set spec.transport: Plain where the network is private)`;
    return { ...condition, status: 'False', reason: 'TransportUnavailable', message };
  }
  if (gateways === 0)
    return { ...condition, status: 'False', reason: 'NoGateway', message: 'no agent with the gateway role is alive' };
  return {
    ...condition,
    status: 'True',
    reason: 'Ready',
    message: 'reachable unencrypted and unauthenticated (transport Plain)',
  };
}
