import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  GLOBAL_TRAFFIC_POLICIES,
  type GlobalTrafficPolicy,
  type Lease,
  LEASES,
  MEMBER_CLUSTERS,
  type MemberCluster,
} from '#api/index.ts';
import type { Client } from '#kube/index.ts';
import { clusterSet, conditionsOf, eventually, exportWeb, mirrorOf } from './test-cluster-set.ts';

const WEB = { namespace: 'demo', name: 'web' };

function agent(client: Client, node: string, annotations: Record<string, string>): Promise<Lease> {
  const metadata = {
    namespace: 'sealane-system',
    name: `agent-${node}`,
    labels: { 'sealane.dev/agent': 'true' },
    annotations,
  };
  const spec = { holderIdentity: node, renewTime: '2026-01-01T00:00:00.000000Z' };
  return client.apply<Lease>(
    LEASES,
    { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec },
    { fieldManager: 'sealane-agent' },
  );
}

const gateway = (address: string) => ({
  'sealane.dev/gateway': JSON.stringify({ name: 'n1', address, device: 'wan0' }),
});

function policy(client: Client, spec: GlobalTrafficPolicy['spec']): Promise<GlobalTrafficPolicy> {
  const object = { apiVersion: 'sealane.dev/v1alpha1', kind: 'GlobalTrafficPolicy' as const, metadata: WEB, spec };
  return client.create<GlobalTrafficPolicy>(GLOBAL_TRAFFIC_POLICIES, object);
}

const readPolicy = (client: Client) => client.find<GlobalTrafficPolicy>(GLOBAL_TRAFFIC_POLICIES, WEB);

function tiersOf(one: GlobalTrafficPolicy | undefined): string {
  const tiers = one?.status?.ports?.[0]?.tiers ?? [];
  return tiers
    .map(({ clusters }) => clusters.map(({ cluster, weight }) => `${cluster}:${weight}`).join('+'))
    .join(' > ');
}

test('a gateway is known to the other members, and so is its new address', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await agent(set.member('b').client, 'n1', gateway('172.30.77.21'));
  const seen = (address: string) =>
    eventually(
      address,
      () => mirrorOf(set.member('a'), 'b'),
      (one) => one?.status?.gateways?.[0]?.address === address,
    );
  await seen('172.30.77.21');
  await agent(set.member('b').client, 'n1', gateway('172.30.77.22'));
  const mirror = await seen('172.30.77.22');
  assert.equal(mirror?.metadata.labels?.['sealane.dev/mirror'], 'true');
  assert.ok(conditionsOf(mirror).includes('Ready=True/Ready'));
});

test('what an agent writes by mistake is no gateway, and stops nobody', async (t) => {
  const set = await clusterSet(t, ['a']);
  const { client } = set.member('a');
  await agent(client, 'n1', { 'sealane.dev/gateway': '{"name": 7', 'sealane.dev/applied': '[]' });
  await agent(client, 'n2', gateway('172.30.77.23'));
  const own = await eventually(
    'own',
    () => set.hub.find<MemberCluster>(MEMBER_CLUSTERS, { name: 'a' }),
    (one) => one?.status?.gateways?.length === 1,
  );
  assert.equal(own?.status?.gateways?.[0]?.address, '172.30.77.23');
});

test('a member whose transport is not available says so and gets no share', async (t) => {
  const set = await clusterSet(t, ['a', 'b'], { b: { transport: 'WireGuard' } });
  await agent(set.member('b').client, 'n1', gateway('172.30.77.21'));
  await exportWeb(set.member('b'));
  const mirror = await eventually(
    'said',
    () => mirrorOf(set.member('a'), 'b'),
    (one) => conditionsOf(one).length > 0,
  );
  assert.deepEqual(conditionsOf(mirror), ['Ready=False/TransportUnavailable']);
  await policy(set.member('a').client, { lbType: 'ActiveActive' });
  const seen = await eventually(
    'status',
    () => readPolicy(set.member('a').client),
    (one) => one?.status?.ports?.length === 1,
  );
  assert.equal(tiersOf(seen), '');
});

test('the resolved tiers follow readiness, drain and order', async (t) => {
  const set = await clusterSet(t, ['a', 'b', 'c']);
  for (const name of ['b', 'c']) {
    await agent(set.member(name).client, 'n1', gateway('172.30.77.21'));
    await exportWeb(set.member(name));
  }
  const { client } = set.member('a');
  await policy(client, { lbType: 'FailOver', targets: [{ clusterKey: 'eu/c/default/c' }, { clusterKey: 'b' }] });
  const tiers = (text: string) =>
    eventually(
      text,
      () => readPolicy(client),
      (one) => tiersOf(one) === text,
    );
  await tiers('c:100 > b:100');
  await set.hub.patch(MEMBER_CLUSTERS, { name: 'c' }, { spec: { drain: true } });
  await tiers('b:100');
  await set.hub.patch(MEMBER_CLUSTERS, { name: 'c' }, { spec: { drain: false } });
  await tiers('c:100 > b:100');
});

/** What a node says of the drain of c. */
const drains = (generation: number, services: Record<string, number>) => {
  const connections = Object.values(services).reduce((sum, count) => sum + count, 0);
  return { 'sealane.dev/drains': JSON.stringify({ c: { generation, connections, services } }) };
};

async function leftOf(hub: Client, name: string) {
  const { status } = (await hub.find<MemberCluster>(MEMBER_CLUSTERS, { name })) ?? {};
  return status?.leftOver;
}

test('a drain of single services takes those out of the resolved tiers, and no other', async (t) => {
  const set = await clusterSet(t, ['a', 'b', 'c']);
  for (const name of ['b', 'c']) {
    await agent(set.member(name).client, 'n1', gateway('172.30.77.21'));
    await exportWeb(set.member(name));
  }
  const { client } = set.member('a');
  await policy(client, { lbType: 'FailOver', targets: [{ clusterKey: 'c' }, { clusterKey: 'b' }] });
  const drain = (...drainServices: string[]) =>
    set.hub.patch(MEMBER_CLUSTERS, { name: 'c' }, { spec: { drainServices } });
  const tiers = (text: string) =>
    eventually(
      text,
      () => readPolicy(client),
      (one) => tiersOf(one) === text,
    );
  await tiers('c:100 > b:100');
  await drain('demo/web');
  await tiers('b:100');
  await drain('demo/api');
  await tiers('c:100 > b:100');
});

test('what nodes have open to a member that is drained is summed up on the hub, and gone when it is taken back', async (t) => {
  const set = await clusterSet(t, ['a', 'c']);
  const { client } = set.member('a');
  const left = (what: string, test: (left: NonNullable<Awaited<ReturnType<typeof leftOf>>>[number]) => boolean) =>
    eventually(
      what,
      () => leftOf(set.hub, 'a'),
      (now) => {
        const [one, ...others] = now ?? [];
        return one?.cluster === 'c' && others.length === 0 && test(one);
      },
    );
  await agent(client, 'n1', {});
  await agent(client, 'n2', {});
  const asked = await set.hub.patch<MemberCluster>(MEMBER_CLUSTERS, { name: 'c' }, { spec: { drain: true } });
  await left('both nodes waited for', ({ nodes, allNodes }) => nodes === 0 && allNodes === 2);
  const { metadata } = (await mirrorOf(set.member('a'), 'c')) ?? assert.fail('no mirror');
  const generation = metadata.generation ?? 0;
  await agent(client, 'n1', drains(generation, { 'demo/web': 2 }));
  await agent(client, 'n2', drains(generation - 1, { 'demo/web': 1, 'demo/api': 4 }));
  await left('one node in step', ({ nodes, connections }) => nodes === 1 && connections === 7);
  await agent(client, 'n2', drains(generation, { 'demo/web': 1 }));
  const done = await left('both in step', ({ nodes }) => nodes === 2);
  assert.deepEqual(done, [
    {
      cluster: 'c',
      generation: asked.metadata.generation,
      connections: 3,
      services: [{ service: 'demo/web', connections: 3 }],
      nodes: 2,
      allNodes: 2,
    },
  ]);
  assert.equal((await mirrorOf(set.member('c'), 'a'))?.status?.leftOver, undefined, 'members do not copy it');
  await set.hub.patch(MEMBER_CLUSTERS, { name: 'c' }, { spec: { drain: false } });
  await eventually(
    'taken back',
    () => leftOf(set.hub, 'a'),
    (now) => now?.length === 0,
  );
});

test('a drain that has been changed on the hub is not answered with what nodes have said of the one before', async (t) => {
  const set = await clusterSet(t, ['a', 'c'], { c: { drainServices: ['demo/web'] } });
  const { client } = set.member('a');
  const mirror = await eventually(
    'mirror',
    () => mirrorOf(set.member('a'), 'c'),
    (one) => one !== undefined,
  );
  await agent(client, 'n1', drains(mirror?.metadata.generation ?? 0, {}));
  const nodes = async () => (await leftOf(set.hub, 'a'))?.map(({ nodes: inStep, generation }) => [inStep, generation]);
  await eventually('in step', nodes, (all) => all?.[0]?.[0] === 1);
  const changed = await set.hub.patch<MemberCluster>(
    MEMBER_CLUSTERS,
    { name: 'c' },
    { spec: { drainServices: ['demo/web', 'demo/api'] } },
  );
  await eventually('not in step', nodes, (all) => all?.[0]?.[0] === 0 && all[0][1] === changed.metadata.generation);
});

test('what an agent says of a drain by mistake counts for nothing, and it is waited for', async (t) => {
  const set = await clusterSet(t, ['a', 'c'], { c: { drain: true } });
  const nonsense = { c: { generation: 1, connections: -4, services: [] } };
  await agent(set.member('a').client, 'n1', { 'sealane.dev/drains': JSON.stringify(nonsense) });
  const [left] = (await eventually(
    'said',
    () => leftOf(set.hub, 'a'),
    (now) => now?.[0]?.allNodes === 1,
  )) ?? [assert.fail('nothing said')];
  assert.deepEqual([left?.nodes, left?.connections], [0, 0]);
});

test('a policy is programmed once every agent has applied its generation', async (t) => {
  const set = await clusterSet(t, ['a']);
  const { client } = set.member('a');
  await exportWeb(set.member('a'));
  const made = await policy(client, { lbType: 'ActiveActive' });
  const applied = (generation: number) => ({ 'sealane.dev/applied': JSON.stringify({ 'demo/web': generation }) });
  const says = (text: string) =>
    eventually(
      text,
      () => readPolicy(client),
      (one) => conditionsOf(one).includes(text),
    );
  await agent(client, 'n1', applied(made.metadata.generation ?? 1));
  await agent(client, 'n2', applied(0));
  const half = await says('Programmed=False/Pending');
  assert.deepEqual(half?.status?.nodes, { programmed: 1, total: 2 });
  await agent(client, 'n2', applied(made.metadata.generation ?? 1));
  await says('Programmed=True/Programmed');
});

test('kernel tables that an agent says are full are a condition of its member, until they are not', async (t) => {
  const set = await clusterSet(t, ['a']);
  const { client } = set.member('a');
  const seen = (is: boolean) =>
    eventually(
      `pressure ${is}`,
      () => set.hub.find<MemberCluster>(MEMBER_CLUSTERS, { name: 'a' }),
      (one) =>
        conditionsOf(one).includes('TablePressure=True/TableFillsUp') === is && one?.status?.clusterUID !== undefined,
    );
  await agent(client, 'n1', { 'sealane.dev/full-tables': '{"vips": 0.83, "nonsense": {}}' });
  await agent(client, 'n2', { 'sealane.dev/full-tables': 'nonsense' });
  const full = await seen(true);
  const message = full?.status?.conditions?.find(({ type }) => type === 'TablePressure')?.message;
  assert.match(message ?? '', /: vips on n1: 83 %$/);
  await agent(client, 'n1', {});
  await seen(false);
});
