import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { CLUSTER_ROLES, CONFIG_MAPS, DEPLOYMENTS, KARMADA_CLUSTERS, NAMESPACES, SERVICES } from '#api/index.ts';
import { sleep, systemClock } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import { type Condition, findCondition, type ResourceType } from '#objects/index.ts';
import { BINDINGS, CLUSTER_BINDINGS, CLUSTER_OVERRIDES, CLUSTER_POLICIES, OVERRIDES, POLICIES } from './names.ts';
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

  const config = (name: string): AnyObject =>
    ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'demo', name, labels: { set: 'one' } },
      data: { level: 'low' },
    }) as AnyObject;

  const ofTheSet = (kind: string, name: string, spec: object) =>
    ({ apiVersion: 'policy.karmada.io/v1alpha1', kind, metadata: { name }, spec }) as AnyObject;

  const levels = async (name: string) => {
    const found = await Promise.all(CLUSTERS.map((it) => member(it).find(CONFIG_MAPS, { namespace: 'demo', name })));
    return found.map((it) => (it as { data?: { level?: string } } | undefined)?.data?.level ?? '-').join(' ');
  };
  const untilLevels = (name: string, wanted: string) =>
    until(`${name}: ${wanted}`, async () => (await levels(name)) === wanted);

  test('a policy of the whole set takes what no policy of the namespace selects, and keeps what it has claimed', async () => {
    const selects = (name?: string) => ({
      resourceSelectors: [{ apiVersion: 'v1', kind: 'ConfigMap', ...(name ? { name } : { namespace: 'demo' }) }],
    });
    const to = (clusterNames: string[]) => ({ placement: { clusterAffinity: { clusterNames } } });
    const own = policy('config', 'ConfigMap', ['cluster-2']);
    await hub.apply(POLICIES, { ...own, spec: { ...own.spec, ...selects('mine') } } as PropagationPolicy, by);
    await hub.apply(
      CLUSTER_POLICIES,
      ofTheSet('ClusterPropagationPolicy', 'config', { ...selects(), ...to(['cluster-1']), priority: 9 }),
      by,
    );
    await hub.apply(CONFIG_MAPS, config('mine'), by);
    await hub.apply(CONFIG_MAPS, config('theirs'), by);
    await untilLevels('mine', '- low -');
    await untilLevels('theirs', 'low - -');
    const claimOf = async (name: string) =>
      (await hub.get(CONFIG_MAPS, { namespace: 'demo', name })).metadata.annotations;
    assert.equal((await claimOf('theirs'))?.['clusterpropagationpolicy.karmada.io/name'], 'config');
    assert.equal((await claimOf('mine'))?.['clusterpropagationpolicy.karmada.io/name'], undefined);
    await hub.apply(POLICIES, { ...own, spec: { ...own.spec, ...selects() } } as PropagationPolicy, by);
    await hub.patch(CONFIG_MAPS, { namespace: 'demo', name: 'theirs' }, { data: { level: 'edited' } });
    await untilLevels('theirs', 'edited - -');
    await hub.delete(CLUSTER_POLICIES, { name: 'config' });
    await untilLevels('theirs', '- edited -');
  });

  test('overrides: the whole set’s first, then the namespace’s, each for the clusters that it means', async () => {
    const own = policy('config', 'ConfigMap', CLUSTERS);
    const resourceSelectors = [{ apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { set: 'one' } } }];
    await hub.apply(POLICIES, { ...own, spec: { ...own.spec, resourceSelectors } } as PropagationPolicy, by);
    const level = (value: string, clusterNames: string[]) => ({
      resourceSelectors,
      overrideRules: [
        {
          targetCluster: { clusterNames },
          overriders: { plaintext: [{ path: '/data/level', operator: 'replace', value }] },
        },
      ],
    });
    const namespaced = { ...ofTheSet('OverridePolicy', 'levels', level('high', ['cluster-1'])) };
    namespaced.metadata = { name: 'levels', namespace: 'demo' };
    await hub.apply(
      CLUSTER_OVERRIDES,
      ofTheSet('ClusterOverridePolicy', 'levels', level('mid', ['cluster-1', 'cluster-2'])),
      by,
    );
    await hub.apply(OVERRIDES, namespaced, by);
    await untilLevels('mine', 'high mid low');
    await hub.delete(OVERRIDES, namespaced.metadata);
    await untilLevels('mine', 'mid mid low');
  });

  test('an override that is refused or cannot be applied leaves the member as it is, and says so', async () => {
    const overrideRules = [{ targetCluster: { clusterNames: ['cluster-3'] }, overriders: { cue: 'x' } }];
    const refused = { ...ofTheSet('OverridePolicy', 'refused', { overrideRules }) };
    refused.metadata = { name: 'refused', namespace: 'demo' };
    await hub.apply(OVERRIDES, refused, by);
    await until('refused', async () => {
      const { status } = await hub.get<AnyObject>(OVERRIDES, refused.metadata);
      return findCondition(status?.['conditions'] as Condition[] | undefined, 'Accepted')?.reason === 'Unsupported';
    });
    await hub.patch(CONFIG_MAPS, { namespace: 'demo', name: 'mine' }, { data: { level: 'new' } });
    await until('said of the binding', async () => {
      const { status } = (await bindingOf('mine-configmap')) ?? {};
      const condition = findCondition(status?.conditions, 'FullyApplied');
      return condition?.status === 'False' && condition.message.includes('overriders.cue is not supported');
    });
    assert.equal(await levels('mine'), 'mid mid low');
    await hub.delete(OVERRIDES, refused.metadata);
    await untilLevels('mine', 'mid mid new');
  });

  test('what is in no namespace has a binding in none, and goes when its template goes', async () => {
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'readers' },
      rules: [],
    };
    const resourceSelectors = [{ apiVersion: role.apiVersion, kind: role.kind, name: 'readers' }];
    const placement = { clusterAffinity: { clusterNames: ['cluster-1', 'cluster-3'] } };
    await hub.apply(
      CLUSTER_POLICIES,
      ofTheSet('ClusterPropagationPolicy', 'roles', { resourceSelectors, placement }),
      by,
    );
    await hub.apply(CLUSTER_ROLES, role as AnyObject, by);
    const where = async () => {
      const found = await Promise.all(CLUSTERS.map((name) => member(name).find(CLUSTER_ROLES, { name: 'readers' })));
      return CLUSTERS.filter((_, i) => found[i]);
    };
    const untilWhere = (...names: string[]) =>
      until(`in ${names.join()}`, async () => JSON.stringify(await where()) === JSON.stringify(names));
    await untilWhere('cluster-1', 'cluster-3');
    const binding = await hub.get<ResourceBinding>(CLUSTER_BINDINGS, { name: 'readers-clusterrole' });
    assert.deepEqual(binding.spec.clusters, [{ name: 'cluster-1' }, { name: 'cluster-3' }]);
    assert.equal(binding.spec.resource.namespace, undefined);
    await hub.delete(CLUSTER_ROLES, { name: 'readers' });
    await untilWhere();
    await until('no binding', async () => !(await hub.find(CLUSTER_BINDINGS, { name: 'readers-clusterrole' })));
  });

  test('a policy of a namespace that selects what is in none is refused', async () => {
    const own = policy('roles', 'ClusterRole', CLUSTERS);
    const resourceSelectors = [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' }];
    await hub.apply(POLICIES, { ...own, spec: { ...own.spec, resourceSelectors } } as PropagationPolicy, by);
    await until('refused', async () => {
      const { status } = await hub.get<PropagationPolicy>(POLICIES, { namespace: 'demo', name: 'roles' });
      const accepted = findCondition(status?.conditions, 'Accepted');
      return accepted?.status === 'False' && accepted.message.includes('it is in no namespace');
    });
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
