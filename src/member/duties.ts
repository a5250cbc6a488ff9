/** The duties of a member wired to what they watch. Every one is level-based: a change only says where to look again. */
import { ANNOTATION_DRAINS, hubNamespace, LABEL_DERIVED, type MemberCluster, serviceOfHubRecord } from '#api/index.ts';
import { clusterVerdict } from '#compat/index.ts';
import { every } from '#kit/index.ts';
import type { Cache, Change } from '#kube/index.ts';
import { deepEqual, type KubeObject } from '#objects/index.ts';
import { drainedOf, drainsAny } from '#plan/index.ts';
import { atMostEvery } from './at-most.ts';
import { sliceIndex } from './caches.ts';
import { createAgents, stepsIn } from './clusters/agents.ts';
import { keepMirror } from './clusters/mirror.ts';
import { keepOwnCluster } from './clusters/own-cluster.ts';
import { judgeExport, writeConditions } from './conditions/judge-export.ts';
import { dutyQueue } from './duty-queue.ts';
import { createKeepRecord, exportKeys } from './exports/keep-record.ts';
import { type Belief, createBelief, exporterOf } from './imports/belief.ts';
import { keepImport, mergedImport } from './imports/keep-import.ts';
import { allMembers, type MemberState } from './member-state.ts';
import { keepPolicy } from './policies/keep-policy.ts';
import { replicate } from './replicate/replicate.ts';

const LOOK_AROUND_MS = 5_000;
const UNFINISHED_MS = 200;
/** Every node may have something else to say of a drain each second: the hub hears it once. */
const LEFT_OVER_MS = 1_000;

/** @returns stop */
export function startDuties(state: MemberState): () => void {
  const { caches, settings, records } = state;
  const { clock, log, cluster: self } = settings;
  const stops: (() => void)[] = [];
  const belief = createBelief(state, caches.slices.list(), log);
  const agents = createAgents(caches.agents, clock);
  const observed = new Map<string, number>();
  const keepRecord = createKeepRecord(state);

  const duty = (name: string, work: (key: string) => Promise<void>) => {
    const queue = dutyQueue(name, settings, work);
    stops.push(() => queue.stop());
    return queue;
  };

  const exports = duty('exports', async (key) => {
    const again = await keepRecord.work(key);
    own.add(self);
    if (again !== undefined) exports.addAfter(key, again);
  });
  const replicas = duty('replicate', async (key) => {
    await replicate(state, key);
    conditions.add(key);
    own.add(self);
  });
  const imports = duty('imports', async (service) => {
    await keepImport(state, belief, service);
    conditions.add(service);
    policies.add(service);
  });
  const conditions = duty('conditions', (service) => judgeExport(state, service, mergedImport(state, belief, service)));
  const policies = duty('policies', (service) =>
    keepPolicy(state, agents, service, mergedImport(state, belief, service)),
  );
  const own = duty('own-cluster', () => keepOwnCluster(state, { agents, observed, suspects: belief.suspects }));
  const mirrors = duty('mirrors', (name) => keepMirror(state, agents, name));
  const peers = duty('peers', (cluster) => takeIn(cluster));

  /** Everything one member says, anew; then say how far we are. */
  async function takeIn(cluster: string) {
    if (cluster !== self && allMembers(state).get(cluster)?.spec?.removed) {
      records.wantPeers(records.peers().filter((name) => name !== cluster));
      await records.save();
    }
    for (const service of belief.refresh(cluster)) imports.add(service);
    own.add(self);
    const epoch = belief.taken.get(cluster);
    if (epoch === undefined || observed.get(cluster) === epoch) return;
    await imports.idle();
    // What is not written yet has not been observed: the other side would close a lane that is still in use here.
    if (imports.unfinished.size > 0) return peers.addAfter(cluster, UNFINISHED_MS);
    observed.set(cluster, epoch);
    own.add(self);
  }

  const left = atMostEvery(clock, LEFT_OVER_MS, () => own.add(self));
  stops.push(() => left.stop());

  const all = {
    exports: () => exportKeys(state).forEach((key) => exports.add(key)),
    headless: () => {
      for (const key of exportKeys(state)) if (caches.services.get(key)?.spec?.clusterIP === 'None') exports.add(key);
    },
    replicas: () => {
      for (const key of caches.records.keys()) replicas.add(key);
      for (const { metadata } of caches.hubExports.inNamespace(hubNamespace(self))) addReplica(metadata.name);
    },
    imports: () => importKeys(state, belief).forEach((service) => imports.add(service)),
    conditions: () => exportKeys(state).forEach((key) => conditions.add(key)),
    policies: () => policyKeys(state).forEach((key) => policies.add(key)),
    members: () => {
      for (const name of allMembers(state).keys()) {
        mirrors.add(name);
        peers.add(name);
      }
    },
  };

  function addReplica(hubName: string) {
    const service = serviceOfHubRecord(hubName);
    if (service) replicas.add(`${service.namespace}/${service.name}`);
  }

  const on = <T extends KubeObject>(cache: Cache<T>, react: (change: Change<T>) => void) =>
    stops.push(cache.onChange(react));

  let podRanges = state.podRanges();
  on(caches.nodes, () => {
    const now = state.podRanges();
    if (deepEqual(now ?? [], podRanges ?? [])) return;
    podRanges = now;
    own.add(self);
    all.headless();
    all.imports();
  });
  on(caches.services, ({ key, object }) => {
    exports.add(key);
    const derivedFrom = object.metadata.labels?.[LABEL_DERIVED];
    if (derivedFrom) imports.add(`${object.metadata.namespace}/${derivedFrom}`);
  });
  on(caches.serviceExports, ({ key }) => {
    exports.add(key);
    conditions.add(key);
  });
  for (const { cache } of caches.flomeshExports) {
    on(cache, ({ key }) => {
      exports.add(key);
      conditions.add(key);
    });
  }
  on(caches.slices, ({ object }) => {
    const [how, service] = sliceIndex(object)?.split(' ') ?? [];
    if (how === 'own' && service) exports.add(service);
    if (how === 'own' && service && settings.derivedServices && caches.records.get(service)) imports.add(service);
    if ((how === 'imported' || how === 'derived') && service) imports.add(service);
  });
  on(caches.records, ({ key }) => {
    exports.add(key);
    replicas.add(key);
    imports.add(key);
  });
  on(caches.namespaces, ({ key, type }) => {
    if (type !== 'put') return;
    const inIt = (service: string) => service.startsWith(`${key}/`);
    for (const service of importKeys(state, belief)) if (inIt(service)) imports.add(service);
    for (const service of exportKeys(state)) if (inIt(service)) exports.add(service);
  });
  on(caches.serviceImports, ({ key }) => imports.add(key));
  const onPolicy = ({ key }: { readonly key: string }) => {
    policies.add(key);
    if (settings.derivedServices) imports.add(key);
  };
  on(caches.policies, onPolicy);
  for (const { cache } of caches.flomeshPolicies) on(cache, onPolicy);
  on(caches.agents, ({ type, object, before }) => {
    const [now = {}, then] = [object.metadata.annotations, before?.metadata.annotations];
    if (stepsIn(object) !== (before && stepsIn(before))) own.add(self);
    else if (now[ANNOTATION_DRAINS] !== then?.[ANNOTATION_DRAINS]) left.ask();
    if (type === 'put' && then && deepEqual(withoutDrains(now), withoutDrains(then))) return;
    own.add(self);
    all.policies();
    for (const name of allMembers(state).keys()) mirrors.add(name);
  });
  on(caches.mirrors, ({ key, object }) => {
    mirrors.add(key);
    if (drainsAny(drainedOf(object.spec ?? {}))) own.add(self);
  });

  on(caches.hubExports, ({ type, object, before }) => {
    if (object.metadata.namespace === hubNamespace(self)) {
      addReplica(object.metadata.name);
      own.add(self);
      return;
    }
    const exporter = exporterOf(object);
    if (!exporter) return;
    const service = type === 'put' ? belief.put(object) : undefined;
    if (service) imports.add(service);
    if (!before || type === 'gone') peers.add(exporter);
  });
  on(caches.hubMembers, ({ key, object, before, type }) => {
    mirrors.add(key);
    if (key === self) {
      own.add(self);
      if (said(object) !== (before && said(before))) {
        all.exports();
        all.replicas();
      }
    }
    const moved = type === 'gone' || !before || whereOf(object) !== whereOf(before);
    if (moved) all.headless();
    if (moved || said(object) !== said(before)) {
      peers.add(key);
      all.policies();
    }
  });

  for (const { type, cache } of caches.flomeshClusters) {
    const queue = duty('ancestors', async (key) => {
      const object = cache.get(key);
      if (object) await writeConditions(state, { object, type }, [clusterVerdict()]);
    });
    on(cache, ({ key }) => queue.add(key));
    for (const key of cache.keys()) queue.add(key);
  }

  const onHub = () => {
    if (!caches.hubConnected) return;
    own.add(self);
    all.replicas();
    all.members();
    all.imports();
  };
  stops.push(caches.hubMembers.onState(onHub), caches.hubExports.onState(onHub));
  stops.push(
    every(clock, LOOK_AROUND_MS, () => {
      own.add(self);
      all.policies();
    }),
  );

  all.exports();
  all.imports();
  all.conditions();
  all.policies();
  onHub();
  return () => stops.forEach((stop) => stop());
}

function withoutDrains({ [ANNOTATION_DRAINS]: _, ...others }: Readonly<Record<string, string>>) {
  return others;
}

/** The part of a MemberCluster that others act on. */
function said({ spec, status }: MemberCluster): string {
  return JSON.stringify([spec, status?.published, status?.gateways, status?.clusterUID]);
}

/** The part that says whether pods need substitute addresses, and which. */
function whereOf({ spec, status }: MemberCluster): string {
  return JSON.stringify([spec?.removed, spec?.index, status?.index, status?.podRanges, status?.clusterUID]);
}

function importKeys({ caches }: MemberState, belief: Belief): Set<string> {
  return new Set([...belief.services(), ...caches.records.keys(), ...caches.serviceImports.keys()]);
}

function policyKeys({ caches }: MemberState): Set<string> {
  return new Set([...caches.policies.keys(), ...caches.flomeshPolicies.flatMap(({ cache }) => cache.keys())]);
}
