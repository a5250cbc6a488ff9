/** `sealane member`: one per cluster. Publishes what is exported here, imports what the others export, gives out addresses. */
import { hostname } from 'node:os';
import {
  FIELD_MANAGER,
  DEFAULT_LANE_PORTS,
  DEFAULT_VIP_RANGE,
  MEMBER_LEASE,
  MEMBER_NAME_MAX,
  SYSTEM_NAMESPACE,
} from '#api/index.ts';
import { cidr, createLog, SealaneError, systemClock, uuid } from '#kit/index.ts';
import { createTeller, fenced, lead } from '#kube/index.ts';
import { createMetrics, leadingMetric, type Metrics } from '#observe/index.ts';
import { createCaches } from './caches.ts';
import { followPodRanges } from './clusters/pod-ranges.ts';
import { startDuties } from './duties.ts';
import { dutyQueue } from './duty-queue.ts';
import type { MemberState } from './member-state.ts';
import type { MemberOptions, MemberSettings } from './options.ts';
import { ensureSystemNamespace, insist, mcsTypes, tracesOf, uidOf } from './prepare.ts';
import { tellOfHub } from './conditions/tell-of-hub.ts';
import { loadRecords } from './vips/records.ts';

/**
 * Resolves when the signal fires. Starts and serves without the hub: whatever needs it waits.
 *
 * @throws `member/bad-name`, `member/bad-lane-ports`, `kit/bad-range` at once when the options make no sense
 */
export async function runMember(options: MemberOptions): Promise<void> {
  const settings = complete(options);
  const { client, signal, log } = settings;
  await insist(settings, signal, 'make namespace sealane-system', () => ensureSystemNamespace(client));
  await lead(client, {
    namespace: SYSTEM_NAMESPACE,
    name: MEMBER_LEASE,
    identity: settings.identity,
    instance: uuid(settings.clock),
    clock: settings.clock,
    log,
    signal,
    run: leadingMetric(settings.metrics, (term, holds) => serve(fencedBy(holds, settings), term)),
  });
}

/** Another process of this member may lead before this one has noticed: whoever cannot be sure of the Lease writes nothing, anywhere. */
function fencedBy(holds: () => boolean, settings: MemberSettings): MemberSettings {
  return { ...settings, client: fenced(settings.client, holds), hub: fenced(settings.hub, holds) };
}

const LEAST_VIPS = 512n;

function complete(options: MemberOptions): MemberSettings {
  const { cluster, vipRanges = [DEFAULT_VIP_RANGE], lanePorts = DEFAULT_LANE_PORTS } = options;
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(cluster) || cluster.length > MEMBER_NAME_MAX) {
    const hint = `one DNS label of at most ${MEMBER_NAME_MAX} characters`;
    throw new SealaneError('member/bad-name', `start member "${cluster}"`, { hint });
  }
  for (const range of vipRanges) {
    if (cidr(range).size < LEAST_VIPS)
      throw new SealaneError('kit/bad-range', `use range ${range}`, {
        hint: 'at least 512 addresses, a /23 or /119: 256 are for peers, the rest for services',
      });
  }
  if (!(lanePorts.first >= 1 && lanePorts.first <= lanePorts.last && lanePorts.last <= 65_535)) {
    throw new SealaneError('member/bad-lane-ports', `use lane ports ${lanePorts.first}-${lanePorts.last}`);
  }
  const log = options.log ?? createLog('member', { cluster });
  const { client, clock = systemClock, identity = hostname() } = options;
  return {
    takeover: false,
    derivedServices: false,
    version: 'dev',
    teller: createTeller({ client, component: FIELD_MANAGER.member, instance: identity, clock, log }),
    metrics: createMetrics('member', log),
    ...options,
    ...{ identity, clock },
    log,
    vipRanges,
    lanePorts,
  };
}

async function serve(settings: MemberSettings, term: AbortSignal): Promise<void> {
  const { client, log } = settings;
  const mcs = await insist(settings, term, 'find the Multi-Cluster Services API', () => mcsTypes(client));
  const clusterUID = await insist(settings, term, 'read namespace kube-system', () => uidOf(client));
  if (!mcs || clusterUID === undefined) return;
  const caches = createCaches(settings, mcs.serviceExports.version);
  void aborted(term).then(() => caches.stop());
  if (!(await caches.localSynced())) return;
  const records = await insist(settings, term, 'load the records', () => loadRecords(settings, tracesOf(caches)));
  if (!records) return;
  const hub = followHubUID(settings, caches);
  const podRanges = followPodRanges(settings, caches.nodes);
  const state: MemberState = {
    settings,
    caches,
    records,
    mcs,
    clusterUID,
    podRanges,
    hubUID: hub.uid,
    unsettled: new Map(),
  };
  countOwn(settings.metrics, caches);
  const stop = startDuties(state);
  const stopTelling = tellOfHub(state);
  hub.onUID(() => caches.hubMembers.relist());
  log.info({ clusterUID, vipRanges: settings.vipRanges, lanePorts: settings.lanePorts }, 'serving');
  await aborted(term);
  stop();
  stopTelling();
  hub.stop();
  caches.stop();
}

type Caches = ReturnType<typeof createCaches>;

function countOwn(metrics: Metrics, { records, serviceImports }: Caches): void {
  metrics.gauge('sealane_member_records', {}, () => records.size);
  metrics.gauge('sealane_member_imports', {}, () => serviceImports.size);
}

/** Reads the hub's UID each time the hub is reached anew: it may be another one behind the same address. */
function followHubUID(settings: MemberSettings, caches: Caches) {
  const { hub, log } = settings;
  let uid: string | undefined;
  let listener = () => {};
  const queue = dutyQueue('hub', settings, async () => {
    if (!caches.hubMembers.connected) return;
    const found = await uidOf(hub);
    if (found === uid) return;
    if (uid !== undefined) {
      log.warn({ before: uid, now: found }, 'another hub behind the same address');
      caches.hubExports.relist();
    }
    uid = found;
    listener();
  });
  const ask = () => queue.add('uid');
  const unsubscribe = caches.hubMembers.onState(ask);
  ask();
  return {
    uid: () => uid,
    onUID: (react: () => void) => {
      listener = react;
    },
    stop: () => {
      unsubscribe();
      queue.stop();
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
