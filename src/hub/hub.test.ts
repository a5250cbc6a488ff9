import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  CLUSTER_EXPORTS,
  KARMADA_CLUSTERS,
  MEMBER_CLUSTERS,
  type MemberCluster,
  type MemberClusterSpec,
  NAMESPACES,
} from '#api/index.ts';
import { silentLog } from '#kit/index.ts';
import { startTestServer } from '../member/test-api-server.ts';
import { eventually, memberCluster } from '../member/test-cluster-set.ts';
import { runHub } from './main.ts';

async function hub(t: TestContext) {
  const server = await startTestServer('hub', { karmada: true });
  const client = server.client();
  const stop = new AbortController();
  const ended = runHub({ client, signal: stop.signal, identity: 'test', log: silentLog });
  t.after(async () => {
    stop.abort();
    await ended;
    client.close();
    await server.close();
  });
  const member = (name: string, spec: MemberClusterSpec = {}) =>
    client.create(MEMBER_CLUSTERS, memberCluster(name, spec));
  return { client, member };
}

const record = (member: string) => ({
  apiVersion: 'sealane.dev/v1alpha1',
  kind: 'ClusterExport',
  metadata: { namespace: `sealane-${member}`, name: 'demo.web' },
  spec: {
    cluster: member,
    service: { namespace: 'demo', name: 'web' },
    type: 'ClusterSetIP',
    ipFamilies: ['IPv4'],
    ports: [],
  },
});

test('a member gets a namespace that Karmada leaves alone', async (t) => {
  const { client, member } = await hub(t);
  await member('a');
  const made = await eventually(
    'namespace',
    () => client.find(NAMESPACES, { name: 'sealane-a' }),
    (one) => one !== undefined,
  );
  assert.equal(made?.metadata.labels?.['namespace.karmada.io/skip-auto-propagation'], 'true');
});

test('the records of a removed member are cleaned up, those of the others are not', async (t) => {
  const { client, member } = await hub(t);
  await member('a');
  await member('b');
  for (const name of ['a', 'b']) {
    await eventually(
      'namespace',
      () => client.find(NAMESPACES, { name: `sealane-${name}` }),
      (one) => one !== undefined,
    );
    await client.create(CLUSTER_EXPORTS, record(name));
  }
  await client.patch(MEMBER_CLUSTERS, { name: 'a' }, { spec: { removed: true } });
  const left = await eventually(
    'clean-up',
    () => client.list(CLUSTER_EXPORTS),
    (all) => all.length === 1,
  );
  assert.equal(left[0]?.metadata.namespace, 'sealane-b');
  assert.equal((await client.list(MEMBER_CLUSTERS)).length, 2);
});

test('a Karmada Cluster becomes a member in its region and zone; what the admin wrote stays', async (t) => {
  const { client, member } = await hub(t);
  await member('mine', { region: 'mars', transport: 'Plain' });
  for (const name of ['mine', 'theirs']) {
    const cluster = {
      apiVersion: 'cluster.karmada.io/v1alpha1',
      kind: 'Cluster',
      metadata: { name },
      spec: { region: 'eu', zone: 'eu-1' },
    };
    await client.create(KARMADA_CLUSTERS, cluster);
  }
  const read = (name: string) => client.find<MemberCluster>(MEMBER_CLUSTERS, { name });
  const theirs = await eventually(
    'member',
    () => read('theirs'),
    (one) => one !== undefined,
  );
  assert.deepEqual([theirs?.spec?.region, theirs?.spec?.zone, theirs?.spec?.transport], ['eu', 'eu-1', 'WireGuard']);
  await client.patch(KARMADA_CLUSTERS, { name: 'theirs' }, { spec: { zone: 'eu-2' } });
  await eventually(
    'zone',
    () => read('theirs'),
    (one) => one?.spec?.zone === 'eu-2',
  );
  assert.equal((await read('mine'))?.spec?.region, 'mars');
});
