import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLUSTER_EXPORTS, type ClusterExport, MEMBER_CLUSTERS, SERVICE_EXPORTS } from '#api/index.ts';
import { silentLog } from '#kit/index.ts';
import { runMember } from './main.ts';
import { startTestServer } from './test-api-server.ts';
import {
  eventually,
  exportWeb,
  importOf,
  memberCluster,
  namespaces,
  recordOf,
  remove,
  slicesOf,
  testMember,
} from './test-cluster-set.ts';

test('a management cluster can be hub and member at once', async (t) => {
  const server = await startTestServer('member');
  const [client, hub] = [server.client(), server.client()];
  await namespaces(client, 'demo');
  for (const name of ['a', 'b']) await client.create(MEMBER_CLUSTERS, memberCluster(name, { transport: 'Plain' }));
  const stop = new AbortController();
  const ended = runMember({ cluster: 'a', client, hub, identity: 'a', log: silentLog, signal: stop.signal });
  const both = { name: 'a', client, server, start: () => {}, stop: () => ended };
  const other = await testMember('b', server);
  t.after(async () => {
    stop.abort();
    await ended;
    await other.stop();
    for (const one of [client, hub, other.client]) one.close();
    await other.server.close();
    await server.close();
  });
  other.start();
  await exportWeb(both);
  await exportWeb(other);
  for (const member of [both, other]) {
    await eventually(
      `both in ${member.name}`,
      () => slicesOf(member),
      (all) => Object.keys(all).toSorted().join() === 'a,b',
    );
  }
  const spaces = await eventually(
    'records',
    () => client.list<ClusterExport>(CLUSTER_EXPORTS),
    (all) => all.length === 3,
  );
  assert.deepEqual(
    new Set(spaces.map(({ metadata }) => metadata.namespace)),
    new Set(['demo', 'sealane-a', 'sealane-b']),
  );
  await remove(client, SERVICE_EXPORTS);
  await eventually(
    'record gone',
    () => recordOf(both),
    (one) => one === undefined,
  );
  await eventually(
    'b remains',
    () => importOf(both),
    (one) => one?.status?.clusters?.length === 1,
  );
  assert.deepEqual(Object.keys(await slicesOf(both)), ['b']);
});
