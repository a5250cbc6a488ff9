import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { DEPLOYMENTS, KARMADA_CLUSTERS, NAMESPACES, SERVICES } from '#api/index.ts';
import { sleep, systemClock } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import { type Condition, findCondition, type ResourceType } from '#objects/index.ts';
import { BINDINGS, POLICIES } from './names.ts';
import { type Islands, startIslands } from './testing/islands.ts';
import type { AnyObject, PropagationPolicy, ResourceBinding } from './types.ts';

const EXPORTS: ResourceType = {
  group: 'flomesh.io',
  version: 'v1alpha1',
  plural: 'serviceexports',
  kind: 'ServiceExport',
  namespaced: true,
};
const CLUSTERS = ['cluster-1', 'cluster-2', 'cluster-3'];
const by = { fieldManager: 'test' };
const web = { namespace: 'demo', name: 'web' };

suite('propagation', () => {
  let islands: Islands;
  let stop: () => Promise<void>;
  let hub: Client;
  const member = (name: string) => islands.members.find((it) => it.name === name)?.client as Client;

  before(async () => {
    islands = await startIslands(CLUSTERS);
    hub = islands.hub.client;
    stop = islands.propagate();
    await applyNamespace('demo');
  });

  after(async () => {
    await stop();
    await islands.close();
  });

  const applyNamespace = (name: string, labels: Record<string, string> = {}) =>
    hub.apply(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } } as AnyObject, by);

  function deployment(replicas: number, name = 'web'): AnyObject {
    const labels = { app: name };
    const containers = [{ name: 'c', image: 'none' }];
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { namespace: 'demo', name, labels },
      spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
    };
  }

  function policy(name: string, kind: string, clusterNames: string[], more: object = {}): PropagationPolicy {
    const apiVersion = kind === 'Deployment' ? 'apps/v1' : kind === 'Service' ? 'v1' : 'flomesh.io/v1alpha1';
    return {
      apiVersion: 'policy.karmada.io/v1alpha1',
      kind: 'PropagationPolicy',
      metadata: { namespace: 'demo', name },
      spec: {
        resourceSelectors: [{ apiVersion, kind, name: 'web' }],
        placement: { clusterAffinity: { clusterNames }, ...more },
      },
    };
  }

  const divided = {
    replicaScheduling: {
      replicaSchedulingType: 'Divided',
      replicaDivisionPreference: 'Weighted',
      weightPreference: {
        staticWeightList: ['cluster-1', 'cluster-3'].map((name) => ({
          targetCluster: { clusterNames: [name] },
          weight: 10,
        })),
      },
    },
  };

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const end = systemClock.monotonic() + 15_000;
    while (!(await holds())) {
      if (systemClock.monotonic() > end) assert.fail(`not so in time: ${what}`);
      await sleep(systemClock, 20);
    }
  }

  async function replicasIn(type = DEPLOYMENTS, ref = web): Promise<Record<string, unknown>> {
    const found = await Promise.all(CLUSTERS.map((name) => member(name).find<AnyObject>(type, ref)));
    return Object.fromEntries(CLUSTERS.flatMap((name, i) => (found[i] ? [[name, found[i].spec?.['replicas']]] : [])));
  }

  const untilReplicas = (wanted: Record<string, unknown>, ref = web) =>
    until(`replicas ${JSON.stringify(wanted)}`, async () => {
      const have = await replicasIn(DEPLOYMENTS, ref);
      return JSON.stringify(have) === JSON.stringify(wanted);
    });

  const bindingOf = (name: string) => hub.find<ResourceBinding>(BINDINGS, { namespace: 'demo', name });

  test('a namespace of the hub appears in every member, one that says skip in none', async () => {
    await applyNamespace('private', { 'namespace.karmada.io/skip-auto-propagation': 'true' });
    await applyNamespace('shared', { team: 'a' });
    for (const name of CLUSTERS) {
      await until(
        `shared in ${name}`,
        async () => (await member(name).find(NAMESPACES, { name: 'shared' })) !== undefined,
      );
      assert.equal(await member(name).find(NAMESPACES, { name: 'private' }), undefined);
    }
  });

  test('a Deployment is divided among the clusters of its policy, and scaling in a member is undone', async () => {
    await hub.apply(DEPLOYMENTS, deployment(2), by);
    await hub.apply(POLICIES, policy('web', 'Deployment', ['cluster-1', 'cluster-3'], divided), by);
    await untilReplicas({ 'cluster-1': 1, 'cluster-3': 1 });
    await member('cluster-1').patch(DEPLOYMENTS, web, { spec: { replicas: 5 } });
    await untilReplicas({ 'cluster-1': 1, 'cluster-3': 1 });
    const binding = await bindingOf('web-deployment');
    assert.deepEqual(binding?.spec.clusters, [
      { name: 'cluster-1', replicas: 1 },
      { name: 'cluster-3', replicas: 1 },
    ]);
  });

  test('an edit of the template reaches the members', async () => {
    await hub.patch(DEPLOYMENTS, web, { spec: { replicas: 6 } });
    await untilReplicas({ 'cluster-1': 3, 'cluster-3': 3 });
  });

  test('the status of members is summed up in the template', async () => {
    for (const name of ['cluster-1', 'cluster-3']) {
      const { metadata } = await member(name).get(DEPLOYMENTS, web);
      const status = { observedGeneration: metadata.generation, replicas: 3, readyReplicas: 2, updatedReplicas: 3 };
      await member(name).patch(DEPLOYMENTS, web, { status }, { subresource: 'status' });
    }
    await until('4 ready', async () => {
      const { metadata, status } = await hub.get<AnyObject>(DEPLOYMENTS, web);
      return status?.['readyReplicas'] === 4 && status['observedGeneration'] === metadata.generation;
    });
    await until('binding fully applied', async () => {
      const { status } = (await bindingOf('web-deployment')) ?? {};
      const condition = (type: string) => findCondition(status?.conditions, type)?.status;
      return condition('Scheduled') === 'True' && condition('FullyApplied') === 'True';
    });
  });

  test('a policy that is rewritten freezes what it no longer selects, and selecting it again thaws it', async () => {
    const exported = { apiVersion: 'flomesh.io/v1alpha1', kind: 'ServiceExport', metadata: { ...web } };
    await hub.apply(EXPORTS, exported, by);
    await hub.apply(POLICIES, policy('web', 'ServiceExport', CLUSTERS), by);
    await until('the export is everywhere', async () => Object.keys(await replicasIn(EXPORTS)).length === 3);
    await until('the claim is gone', async () => {
      const { metadata } = await hub.get<AnyObject>(DEPLOYMENTS, web);
      const binding = await bindingOf('web-deployment');
      const claims = [metadata, binding?.metadata].map((it) => it?.annotations?.['propagationpolicy.karmada.io/name']);
      return binding !== undefined && claims.every((claim) => claim === undefined);
    });
    await hub.patch(DEPLOYMENTS, web, { spec: { replicas: 8 } });
    // Something that comes later and does arrive: the edit has been looked at by then.
    await hub.patch(EXPORTS, web, { metadata: { labels: { later: 'true' } } });
    await until('the later edit arrived', async () => {
      const found = await member('cluster-1').find(EXPORTS, web);
      return found?.metadata.labels?.['later'] === 'true';
    });
    assert.deepEqual(await replicasIn(), { 'cluster-1': 3, 'cluster-3': 3 });
    await hub.apply(POLICIES, policy('web-again', 'Deployment', ['cluster-1', 'cluster-3'], divided), by);
    await untilReplicas({ 'cluster-1': 4, 'cluster-3': 4 });
  });

  test('it goes from where the policy no longer sends it', async () => {
    await hub.apply(POLICIES, policy('web-again', 'Deployment', ['cluster-3'], divided), by);
    await untilReplicas({ 'cluster-3': 8 });
  });

  test('what a policy asks for in vain is said, and nothing changes', async () => {
    const spread = { spreadConstraints: [{ spreadByField: 'cluster', maxGroups: 2 }] };
    await hub.apply(POLICIES, policy('web-again', 'Deployment', ['cluster-1'], spread), by);
    const refused = (conditions: readonly Condition[] | undefined, type: string) => {
      const condition = findCondition(conditions, type);
      return condition?.reason === 'Unsupported' && condition.message.includes('placement.spreadConstraints');
    };
    await until('refused', async () => {
      const { status } = await hub.get<PropagationPolicy>(POLICIES, { namespace: 'demo', name: 'web-again' });
      const binding = await bindingOf('web-deployment');
      return refused(status?.conditions, 'Accepted') && refused(binding?.status?.conditions, 'Scheduled');
    });
    assert.deepEqual(await replicasIn(), { 'cluster-3': 8 });
  });

  test('an object that is there without being managed is left alone, and that is said', async () => {
    const service = (port: number): AnyObject => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...web },
      spec: { ports: [{ port }] },
    });
    await member('cluster-1').create(SERVICES, service(1));
    await hub.apply(SERVICES, service(2), by);
    await hub.apply(POLICIES, policy('service', 'Service', ['cluster-1', 'cluster-2']), by);
    await until('said', async () => {
      const { status } = (await bindingOf('web-service')) ?? {};
      const condition = findCondition(status?.conditions, 'FullyApplied');
      return condition?.status === 'False' && condition.message.includes('cluster-1: one that is not managed');
    });
    const ports = async (name: string) => (await member(name).get<AnyObject>(SERVICES, web)).spec?.['ports'];
    assert.equal(((await ports('cluster-1')) as { port: number }[])[0]?.port, 1);
    assert.equal(((await ports('cluster-2')) as { port: number }[])[0]?.port, 2);
  });

  test('a member that was down gets what it missed', async () => {
    const cluster2 = islands.members[1];
    await hub.apply(POLICIES, policy('web-again', 'Deployment', CLUSTERS), by);
    await untilReplicas({ 'cluster-1': 8, 'cluster-2': 8, 'cluster-3': 8 });
    await cluster2?.stop();
    await hub.patch(DEPLOYMENTS, web, { spec: { replicas: 9 } });
    await until('the others', async () => {
      const { spec } = await member('cluster-1').get<AnyObject>(DEPLOYMENTS, web);
      return spec?.['replicas'] === 9;
    });
    await cluster2?.start();
    await untilReplicas({ 'cluster-1': 9, 'cluster-2': 9, 'cluster-3': 9 });
  });

  test('a deleted template goes from every member, also when that was done while nobody looked', async () => {
    await stop();
    await hub.delete(DEPLOYMENTS, web);
    stop = islands.propagate();
    await untilReplicas({});
    await until('no binding', async () => (await bindingOf('web-deployment')) === undefined);
  });

  test('a hub that lost everything takes nothing from the members', async () => {
    await hub.apply(DEPLOYMENTS, deployment(1, 'kept'), by);
    const selects = { resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'kept' }] };
    await hub.apply(POLICIES, { ...policy('kept', 'Deployment', []), spec: selects } as PropagationPolicy, by);
    const kept = { namespace: 'demo', name: 'kept' };
    await untilReplicas({ 'cluster-1': 1, 'cluster-2': 1, 'cluster-3': 1 }, kept);
    await islands.hub.stop();
    await islands.hub.start(true);
    await applyNamespace('later');
    for (const name of CLUSTERS) {
      await until(
        `later in ${name}`,
        async () => (await member(name).find(NAMESPACES, { name: 'later' })) !== undefined,
      );
    }
    await until('the Clusters are there again', async () => (await hub.list(KARMADA_CLUSTERS)).length === 3);
    assert.deepEqual(await replicasIn(DEPLOYMENTS, kept), { 'cluster-1': 1, 'cluster-2': 1, 'cluster-3': 1 });
  });
});
