/** `sealane hub`: the few things a hub does by itself. Nothing waits for it: members find their way on a bare API server too. */
import { hostname } from 'node:os';
import {
  CLUSTER_EXPORTS,
  type ClusterExport,
  HUB_LEASE,
  hubNamespace,
  KARMADA_CLUSTERS,
  type KarmadaCluster,
  MEMBER_CLUSTERS,
  type MemberCluster,
  memberOfHubNamespace,
  type Namespace,
  NAMESPACES,
  LABEL_SKIP_PROPAGATION,
  SYSTEM_NAMESPACE,
} from '#api/index.ts';
import { type Clock, createLog, createQueue, isFault, type Log, sleep, systemClock, uuid } from '#kit/index.ts';
import { type Cache, type Client, fenced, lead, reflect, retryDelay } from '#kube/index.ts';
import { serveEvacuations } from './karmada/evacuation/serve-evacuations.ts';
import { keepMember } from './karmada/keep-member.ts';
import { createMetrics, depthMetric, leadingMetric, type Metrics, tryMetrics, watchMetrics } from '#observe/index.ts';
import { keepNamespace } from './namespaces/keep-namespace.ts';
import type { HubOptions } from './options.ts';

/** As long as Karmada itself waits for an eviction. */
const MAX_HOLD_MS = 600_000;

/** Resolves when the signal fires. */
export async function runHub(options: HubOptions): Promise<void> {
  const { client, signal, clock = systemClock, log = createLog('hub'), identity = hostname() } = options;
  const { metrics = createMetrics('hub', log), maxHoldMs = MAX_HOLD_MS } = options;
  await makeNamespace(client, 'kube-system', clock, log, signal);
  await makeNamespace(client, SYSTEM_NAMESPACE, clock, log, signal);
  await lead(client, {
    namespace: SYSTEM_NAMESPACE,
    name: HUB_LEASE,
    identity,
    instance: uuid(clock),
    clock,
    log,
    signal,
    run: leadingMetric(metrics, (term, holds) =>
      serve({ client: fenced(client, holds), clock, log, metrics, maxHoldMs }, term),
    ),
  });
}

interface Context {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly maxHoldMs: number;
}

async function serve({ client, clock, log, metrics, maxHoldMs }: Context, term: AbortSignal): Promise<void> {
  const members = reflect<MemberCluster>(client, MEMBER_CLUSTERS, { clock, log });
  const records = reflect<ClusterExport>(client, CLUSTER_EXPORTS, { clock, log });
  const namespaces = reflect<Namespace>(client, NAMESPACES, { clock, log });
  const karmada = reflect<KarmadaCluster>(client, KARMADA_CLUSTERS, { clock, log, optional: true });
  const caches = [members, records, namespaces, karmada];
  void aborted(term).then(() => caches.forEach((cache) => cache.stop()));
  if (!(await Promise.all(caches.map((cache) => cache.whenSynced()))).every(Boolean)) return;

  watchMetrics(metrics, 'hub', MEMBER_CLUSTERS, members);
  watchMetrics(metrics, 'hub', CLUSTER_EXPORTS, records);
  watchMetrics(metrics, 'hub', NAMESPACES, namespaces);
  watchMetrics(metrics, 'hub', KARMADA_CLUSTERS, karmada);
  countMembers(metrics, members, records);
  const queue = createQueue({
    clock,
    log,
    maxRetryMs: 2_000,
    onTry: tryMetrics(metrics, 'members'),
    async work(name) {
      const cluster = karmada.get(name);
      const member = members.get(name);
      if (cluster) await keepMember(client, cluster, member);
      if (!member) return;
      const namespace = hubNamespace(name);
      await keepNamespace(
        { client, namespace: namespaces.get(namespace), records: records.inNamespace(namespace) },
        member,
      );
    },
  });

  depthMetric(metrics, 'members', queue);

  const addOwner = (namespace: string) => {
    const member = memberOfHubNamespace(namespace);
    if (member) queue.add(member);
  };
  members.onChange(({ key }) => queue.add(key));
  karmada.onChange(({ key }) => queue.add(key));
  namespaces.onChange(({ key }) => addOwner(key));
  records.onChange(({ object }) => addOwner(object.metadata.namespace ?? ''));
  for (const name of [...members.keys(), ...karmada.keys()]) queue.add(name);
  const evacuations = { client, clock, log, metrics, maxHoldMs, members, records, karmada };
  const stopEvacuations = maxHoldMs > 0 ? serveEvacuations(evacuations) : () => undefined;
  log.info({ members: members.size, karmada: karmada.served }, 'serving');
  await aborted(term);
  stopEvacuations();
  queue.stop();
}

function countMembers(metrics: Metrics, members: Cache<MemberCluster>, records: Cache<ClusterExport>): void {
  metrics.collect('members', (report) => {
    const present = members.list().filter(({ spec }) => !spec?.removed);
    report('sealane_hub_members', {}, present.length);
    for (const { metadata, status } of present) {
      const cluster = metadata.name;
      report('sealane_hub_member_epoch', { cluster }, status?.published?.epoch ?? 0);
      report('sealane_hub_member_records', { cluster }, records.inNamespace(hubNamespace(cluster)).length);
    }
  });
}

/** kube-system too: its UID tells one hub from another, and a bare API server may not have it. */
async function makeNamespace(client: Client, name: string, clock: Clock, log: Log, signal: AbortSignal): Promise<void> {
  // Karmada would copy it into every member.
  const labels = { [LABEL_SKIP_PROPAGATION]: 'true' };
  const namespace: Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      if (!(await client.find(NAMESPACES, { name }))) await client.create(NAMESPACES, namespace);
      return;
    } catch (error) {
      if (isFault(error, 'kube/exists')) return;
      if (failures % 20 === 0) log.warn({ err: error }, 'the API server does not answer yet, will be tried again');
      await sleep(clock, retryDelay(failures, clock), signal);
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
