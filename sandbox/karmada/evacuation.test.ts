/** Karmada's part, the product's hub beside it, and members whose words are written by hand. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import {
  ANNOTATION_EVICTION,
  CLUSTER_EXPORTS,
  DEPLOYMENTS,
  EVICT_AT_ONCE,
  KARMADA_CLUSTERS,
  MEMBER_CLUSTERS,
  type MemberCluster,
  NAMESPACES,
  SERVICES,
} from '#api/index.ts';
import { runHub } from '#hub/index.ts';
import { silentLog, sleep, systemClock } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import type { KubeObject } from '#objects/index.ts';
import { BINDINGS, POLICIES } from './names.ts';
import { type Islands, startIslands } from './testing/islands.ts';
import type { AnyObject, ResourceBinding } from './types.ts';

const by = { fieldManager: 'test' };
const web = { namespace: 'demo', name: 'web' };
const NAMES = ['cluster-1', 'cluster-2', 'cluster-3'];

suite('evacuation', () => {
  let islands: Islands;
  let hub: Client;
  const stops: (() => Promise<void>)[] = [];
  const member = (name: string) => islands.members.find((it) => it.name === name)?.client as Client;

  before(async () => {
    islands = await startIslands(NAMES);
    hub = islands.hub.client;
    stops.push(islands.propagate({ failover: true }));
    await make('v1', 'Namespace', 'demo');
    for (const name of NAMES) await make('v1', 'Namespace', `sealane-${name}`);
    for (const name of NAMES) await make('sealane.dev/v1alpha1', 'MemberCluster', name, { transport: 'Plain' });
    const stop = new AbortController();
    const ended = runHub({ client: hub, signal: stop.signal, identity: 'test', log: silentLog });
    stops.push(async () => {
      stop.abort();
      await ended;
    });
    const labels = { app: 'web' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'none' }] } };
    const deployment = { replicas: 2, selector: { matchLabels: labels }, template };
    await hub.apply(DEPLOYMENTS, object('apps/v1', 'Deployment', web, deployment), by);
    await hub.apply(SERVICES, object('v1', 'Service', web, { ports: [{ port: 80 }], selector: labels }), by);
    const resourceSelectors = [
      { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      { apiVersion: 'v1', kind: 'Service', name: 'web' },
    ];
    const placement = {
      clusterAffinity: { clusterNames: ['cluster-1', 'cluster-2'] },
      replicaScheduling: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Weighted' },
    };
    const policy = object('policy.karmada.io/v1alpha1', 'PropagationPolicy', web, { resourceSelectors, placement });
    await hub.apply(POLICIES, policy, by);
    await until(
      'one replica each',
      async () => (await replicas('cluster-1')) === 1 && (await replicas('cluster-2')) === 1,
    );
    await exported('cluster-1', 1);
    await healthy('cluster-2');
  });

  after(async () => {
    for (const stop of stops.toReversed()) await stop();
    await islands.close();
  });

  function object(apiVersion: string, kind: string, metadata: KubeObject['metadata'], spec?: object): AnyObject {
    return { apiVersion, kind, metadata, ...(spec && { spec }) } as AnyObject;
  }

  async function make(apiVersion: string, kind: string, name: string, spec?: object): Promise<void> {
    const type = kind === 'Namespace' ? NAMESPACES : MEMBER_CLUSTERS;
    // The hub's own controllers may have been faster.
    await hub.apply(type, object(apiVersion, kind, { name }, spec), by);
  }

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const end = systemClock.monotonic() + 15_000;
    while (!(await holds())) {
      if (systemClock.monotonic() > end) assert.fail(`not so in time: ${what}`);
      await sleep(systemClock, 20);
    }
  }

  const find = (type: typeof SERVICES, cluster: string) => member(cluster).find<AnyObject>(type, web);
  const replicas = async (cluster: string) => (await find(DEPLOYMENTS, cluster))?.spec?.['replicas'];

  const exported = (cluster: string, ready: number) =>
    hub.apply(
      CLUSTER_EXPORTS,
      object(
        'sealane.dev/v1alpha1',
        'ClusterExport',
        { namespace: `sealane-${cluster}`, name: 'demo.web' },
        {
          cluster,
          service: web,
          type: 'ClusterSetIP',
          ipFamilies: ['IPv4'],
          ports: [{ name: '', protocol: 'TCP', port: 80, lanePort: 10_000, ready, total: 2 }],
        },
      ),
      by,
    );

  /** As its kubelet would say. */
  async function healthy(cluster: string): Promise<void> {
    const { metadata, spec } = await member(cluster).get<AnyObject>(DEPLOYMENTS, web);
    const count = spec?.['replicas'];
    const status = {
      observedGeneration: metadata.generation,
      replicas: count,
      updatedReplicas: count,
      readyReplicas: count,
      availableReplicas: count,
    };
    await member(cluster).patch(DEPLOYMENTS, web, { status }, { subresource: 'status' });
  }

  async function leftOver(cluster: string, connections: number): Promise<void> {
    const status = { leftOver: [{ cluster, connections, nodes: 2, allNodes: 2 }] };
    for (const name of NAMES) await hub.patch(MEMBER_CLUSTERS, { name }, { status }, { subresource: 'status' });
  }

  const taint = (name: string, ...effects: string[]) =>
    hub.patch(KARMADA_CLUSTERS, { name }, { spec: { taints: effects.map((effect) => ({ key: 'work', effect })) } });

  const tasksOf = async (kind: string) =>
    (await hub.get<ResourceBinding>(BINDINGS, { namespace: 'demo', name: `web-${kind}` })).spec.gracefulEvictionTasks;

  async function stateOf(name: string): Promise<readonly [string | undefined, boolean | undefined]> {
    const { metadata, spec } = await hub.get<MemberCluster>(MEMBER_CLUSTERS, { name });
    return [metadata.annotations?.['sealane.dev/evacuation'], spec?.drain];
  }

  const untilState = (name: string, starts: string, drain: boolean) =>
    until(`${name} ${starts}`, async () => {
      const [state = '', drained = false] = await stateOf(name);
      return state.startsWith(starts) && drained === drain;
    });

  test('a NoSchedule taint moves nothing', async () => {
    await taint('cluster-1', 'NoSchedule');
    await hub.patch(DEPLOYMENTS, web, { spec: { replicas: 4 } });
    await until('an edit has come through', async () => (await replicas('cluster-2')) === 2);
    assert.equal(await replicas('cluster-1'), 2);
    assert.deepEqual(await stateOf('cluster-1'), [undefined, false]);
  });

  test('a NoExecute taint: substitutes come at once, what is there stays, and nobody is drained before they are healthy', async () => {
    await taint('cluster-1', 'NoExecute');
    await until('the substitute', async () => (await replicas('cluster-2')) === 4);
    await until('held', async () => (await tasksOf('service'))?.[0]?.creationTimestamp !== undefined);
    assert.equal((await tasksOf('service'))?.[0]?.suppressDeletion, true);
    assert.equal(await replicas('cluster-1'), 2);
    await untilState('cluster-1', 'Waiting: not healthy elsewhere yet: demo/web-deployment', false);
    await healthy('cluster-2');
    await untilState('cluster-1', 'Waiting: served by nobody else yet: demo/web', false);
    await exported('cluster-2', 4);
    await untilState('cluster-1', 'Draining', true);
  });

  test('what is evicted goes when nobody has a connection left, not before', async () => {
    await leftOver('cluster-1', 3);
    await hub.patch(SERVICES, web, { metadata: { labels: { later: 'true' } } });
    await until('an edit has come through', async () => {
      const found = await find(SERVICES, 'cluster-2');
      return found?.metadata.labels?.['later'] === 'true';
    });
    assert.ok(await find(SERVICES, 'cluster-1'));
    await leftOver('cluster-1', 0);
    await until('gone', async () => !(await find(SERVICES, 'cluster-1')) && !(await find(DEPLOYMENTS, 'cluster-1')));
    assert.equal(await tasksOf('service'), undefined);
    await untilState('cluster-1', 'Draining', true);
  });

  test('with the taint the drain goes, and the cluster is used again', async () => {
    await taint('cluster-1');
    await until('back', async () => (await replicas('cluster-1')) === 2);
    assert.deepEqual(await stateOf('cluster-1'), [undefined, false]);
  });

  test('a drain that somebody else has asked for is not taken back', async () => {
    await hub.patch(MEMBER_CLUSTERS, { name: 'cluster-3' }, { spec: { drain: true } });
    await taint('cluster-3', 'NoExecute');
    await untilState('cluster-3', 'Drained: by somebody else', true);
    await taint('cluster-3');
    await until('no mark', async () => (await stateOf('cluster-3'))[0] === undefined);
    assert.deepEqual(await stateOf('cluster-3'), [undefined, true]);
  });

  test('what is not to be waited for goes before anybody is drained', async () => {
    await hub.patch(
      KARMADA_CLUSTERS,
      { name: 'cluster-1' },
      { metadata: { annotations: { [ANNOTATION_EVICTION]: EVICT_AT_ONCE } } },
    );
    await healthy('cluster-2');
    await taint('cluster-1', 'NoExecute');
    await until('gone', async () => !(await find(SERVICES, 'cluster-1')));
    assert.deepEqual(await stateOf('cluster-1'), [undefined, false]);
  });

  test('a cluster that is no member, or left the set, holds nothing up', async () => {
    await hub.patch(
      KARMADA_CLUSTERS,
      { name: 'cluster-1' },
      { metadata: { annotations: { [ANNOTATION_EVICTION]: null } } },
    );
    await taint('cluster-1');
    await until('back', async () => (await find(SERVICES, 'cluster-1')) !== undefined);
    await hub.patch(MEMBER_CLUSTERS, { name: 'cluster-1' }, { spec: { removed: true } });
    await taint('cluster-1', 'NoExecute');
    await until('gone', async () => !(await find(SERVICES, 'cluster-1')));
  });
});
