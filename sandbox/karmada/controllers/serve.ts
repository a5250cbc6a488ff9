/** Connects changes with work. */
import { KARMADA_CLUSTERS, NAMESPACES } from '#api/index.ts';
import { type Clock, createQueue, isFault, type Log, messageOf, sleep } from '#kit/index.ts';
import { type Client, reflect, retryDelay } from '#kube/index.ts';
import { deepEqual, keyOf, splitKey } from '#objects/index.ts';
import { BINDINGS, CLUSTER_BINDINGS, CLUSTER_OVERRIDES, CLUSTER_POLICIES, OVERRIDES, POLICIES } from '../names.ts';
import type {
  AnyObject,
  KarmadaCluster,
  OverridePolicy,
  PropagationPolicy,
  ResourceBinding,
  TemplateRef,
} from '../types.ts';
import type { Context } from './context.ts';
import { keepCluster } from './keep-cluster.ts';
import { keepNamespace } from './keep-namespace.ts';
import { keepOverride } from './keep-override.ts';
import { keepPolicy } from './keep-policy.ts';
import { keepTemplate } from './keep-template.ts';
import { createKinds } from './kinds.ts';
import { type Members, probeMembers } from './members.ts';

export interface ServeOptions {
  readonly hub: Client;
  readonly members: Members;
  readonly failover?: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** A Cluster that vanished is made again after this long. */
  readonly rejoinMs?: number;
}

/** Whoever lost the hub's contents is given time to bring back what only they know (a member's transport) before we name members. */
const REJOIN_MS = 8_000;
const KIND_RETRY_MS = 2_000;
const OVERTAKEN = ['kube/conflict', 'kube/exists', 'kube/not-found'];
const OVERTAKEN_RETRY_MS = 50;

/** Runs until the signal fires. */
export async function serve(options: ServeOptions): Promise<void> {
  const { hub, members, failover = false, clock, log, signal, rejoinMs = REJOIN_MS } = options;
  const watched = { clock, log, optional: true };
  const namespaces = reflect<AnyObject>(hub, NAMESPACES, watched);
  const policies = reflect<PropagationPolicy>(hub, POLICIES, watched);
  const clusterPolicies = reflect<PropagationPolicy>(hub, CLUSTER_POLICIES, watched);
  const overrides = reflect<OverridePolicy>(hub, OVERRIDES, watched);
  const clusterOverrides = reflect<OverridePolicy>(hub, CLUSTER_OVERRIDES, watched);
  const bindings = reflect<ResourceBinding>(hub, BINDINGS, watched);
  const clusterBindings = reflect<ResourceBinding>(hub, CLUSTER_BINDINGS, watched);
  const clusters = reflect<KarmadaCluster>(hub, KARMADA_CLUSTERS, watched);
  const read = { policies, clusterPolicies, overrides, clusterOverrides, bindings, clusterBindings, clusters };
  const caches = [namespaces, ...Object.values(read)];
  const vanished = new Map<string, number>();

  const queue = createQueue({ clock, log, workers: 8, maxRetryMs: 5_000, work });
  const addTemplate = (ref: TemplateRef) => queue.add(templateKey(ref));
  const kinds = createKinds({ hub, members, clock, log, onChange: addTemplate });
  const context: Context = { hub, members, kinds, ...read, failover, clock, log };

  async function work(key: string): Promise<void> {
    const [what = '', name = '', apiVersion = '', kind = ''] = key.split(' ');
    try {
      await duties[what]?.(name, apiVersion, kind);
    } catch (error) {
      // Somebody else wrote, made or deleted in between: that is on its way here.
      if (!OVERTAKEN.some((code) => isFault(error, code))) throw error;
      log.debug({ key, reason: messageOf(error) }, 'overtaken, looked at again');
      queue.addAfter(key, OVERTAKEN_RETRY_MS);
    }
  }

  const duties: Readonly<Record<string, (name: string, apiVersion: string, kind: string) => Promise<void>>> = {
    async namespace(name) {
      const namespace = namespaces.get(name);
      if (namespace) await keepNamespace(members, namespace);
    },
    async policy(name) {
      const policy = name.includes('/') ? policies.get(name) : clusterPolicies.get(name);
      if (policy && !(await keepPolicy(context, policy))) queue.addAfter(`policy ${name}`, KIND_RETRY_MS);
    },
    async override(name) {
      const policy = name.includes('/') ? overrides.get(name) : clusterOverrides.get(name);
      if (policy) await keepOverride(context, policy);
    },
    async cluster(name) {
      const member = members.get(name);
      const known = clusters.get(name);
      if (!known && clock.monotonic() - (vanished.get(name) ?? -Infinity) < rejoinMs) return;
      if (member) await keepCluster(context, member, known);
    },
    async template(name, apiVersion, kind) {
      const ref = { apiVersion, kind, ...splitKey(name) };
      const againMs = await keepTemplate(context, ref);
      if (againMs !== undefined) queue.addAfter(templateKey(ref), againMs);
    },
  };

  const addAllTemplates = () => {
    for (const { spec } of [...bindings.list(), ...clusterBindings.list()]) addTemplate(spec.resource);
    addTemplates(undefined);
  };

  /** @param namespace none: of all */
  const addTemplates = (namespace: string | undefined) => {
    for (const { templates, type } of kinds.known())
      for (const { metadata } of namespace === undefined ? templates.list() : templates.inNamespace(namespace))
        addTemplate({ apiVersion: versionOf(type), kind: type.kind, ...metadata });
  };

  signal.addEventListener('abort', () => caches.forEach((cache) => cache.stop()), { once: true });
  if (!(await Promise.all(caches.map((cache) => cache.whenSynced()))).every(Boolean)) return;
  await makeClusters(options, clusters.keys());

  namespaces.onChange(({ key }) => queue.add(`namespace ${key}`));
  const rules = { policy: [policies, clusterPolicies], override: [overrides, clusterOverrides] };
  for (const [duty, ofDuty] of Object.entries(rules))
    for (const cache of ofDuty)
      cache.onChange(({ key, object }) => {
        queue.add(`${duty} ${key}`);
        addTemplates(object.metadata.namespace);
      });
  for (const cache of [bindings, clusterBindings]) cache.onChange(({ object }) => addTemplate(object.spec.resource));
  clusters.onChange(({ key, type, object, before }) => {
    if (type === 'gone') vanished.set(key, clock.monotonic());
    queue.add(`cluster ${key}`);
    if (type === 'gone' || !before || placesOtherwise(before, object)) addAllTemplates();
  });
  const stopProbes = probeMembers(members, {
    clock,
    log,
    onProbe(name, changed) {
      queue.add(`cluster ${name}`);
      if (!changed) return;
      for (const namespace of namespaces.keys()) queue.add(`namespace ${namespace}`);
      addAllTemplates();
    },
  });
  for (const key of namespaces.keys()) queue.add(`namespace ${key}`);
  for (const [duty, ofDuty] of Object.entries(rules))
    for (const key of ofDuty.flatMap((cache) => cache.keys())) queue.add(`${duty} ${key}`);
  addAllTemplates();
  log.info({ members: members.size, bindings: bindings.size }, 'propagating');
  await aborted(signal);
  stopProbes();
  queue.stop();
  kinds.stop();
}

/** Before anything is placed: a member without its Cluster would be passed over. */
async function makeClusters({ hub, members, clock, log, signal }: ServeOptions, there: readonly string[]) {
  for (const [name, member] of members) {
    for (let failures = 0; !there.includes(name) && !signal.aborted; failures++) {
      try {
        await keepCluster({ hub, clock, failover: false }, member, undefined);
        break;
      } catch (error) {
        if (failures === 0) log.warn({ err: error, member: name }, 'Cluster not made, will be tried again');
        await sleep(clock, retryDelay(failures, clock), signal);
      }
    }
  }
}

/** Whether the scheduler, or the taint manager, may come to something else. */
function placesOtherwise(a: KarmadaCluster, b: KarmadaCluster): boolean {
  return !deepEqual([a.spec, a.metadata.labels ?? {}], [b.spec, b.metadata.labels ?? {}]);
}

function templateKey({ apiVersion, kind, namespace, name }: TemplateRef): string {
  return `template ${keyOf({ metadata: { namespace, name } })} ${apiVersion} ${kind}`;
}

function versionOf({ group, version }: { readonly group: string; readonly version: string }): string {
  return group ? `${group}/${version}` : version;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
