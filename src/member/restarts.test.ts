import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ANNOTATION_ENDPOINTS,
  CLUSTER_EXPORTS,
  type ClusterExport,
  CONFIG_MAPS,
  ENDPOINT_SLICES,
  MEMBER_CLUSTERS,
  type MemberCluster,
  SERVICE_EXPORTS,
  SYSTEM_NAMESPACE,
} from '#api/index.ts';
import {
  clusterSet,
  eventually,
  exportWeb,
  importedWeb,
  importOf,
  mirrorOf,
  ownSlice,
  recordOf,
  remove,
  slicesOf,
} from './test-cluster-set.ts';

const WEB_SLICE = { namespace: 'demo', name: 'web-1' };

test('what happened while the hub was away is caught up when it is back', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await importedWeb(set);
  await set.hubServer.close();
  await set.member('b').client.patch(ENDPOINT_SLICES, WEB_SLICE, { endpoints: ownSlice(0, 2).endpoints });
  await eventually(
    'the record goes on without the hub',
    () => recordOf(set.member('b')),
    (one) => one?.spec.ports[0]?.ready === 0,
  );
  assert.ok(await importOf(set.member('a')));
  await set.hubServer.restart();
  await eventually(
    '0/2',
    () => slicesOf(set.member('a')),
    (all) => all['b']?.metadata.annotations?.[ANNOTATION_ENDPOINTS] === 'http=0/2',
  );
});

test('a hub recreated from nothing is filled again, and what is unexported then goes', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await importedWeb(set);
  await eventually(
    'mirrors',
    () => mirrorOf(set.member('b'), 'b'),
    (one) => one?.spec?.transport === 'Plain',
  );
  await set.hubServer.close();
  await set.hubServer.restart({ empty: true });
  await eventually(
    'refill',
    () => set.hub.list<ClusterExport>(CLUSTER_EXPORTS),
    (all) => all.length === 1,
  );
  const own = await eventually(
    'own',
    () => set.hub.find<MemberCluster>(MEMBER_CLUSTERS, { name: 'b' }),
    (one) => one?.status?.published?.count === 1,
  );
  assert.equal(own?.spec?.transport, 'Plain');
  assert.deepEqual(Object.keys(await slicesOf(set.member('a'))), ['b']);
  await remove(set.member('b').client, SERVICE_EXPORTS);
  await eventually(
    'gone',
    () => importOf(set.member('a')),
    (one) => one === undefined,
  );
});

test("a hub restored from an old copy does not bring back or take away anybody's exports", async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await eventually(
    'marker',
    () => set.hub.find<MemberCluster>(MEMBER_CLUSTERS, { name: 'b' }),
    (one) => one?.status?.published?.count === 0,
  );
  const old = await set.hub.list<MemberCluster>(MEMBER_CLUSTERS);
  await importedWeb(set);
  await set.member('b').stop();
  const [record] = await set.hub.list(CLUSTER_EXPORTS);
  assert.ok(record);
  // The old copy: no record, and the marker of then, which vouches for an empty list.
  await set.hub.delete(CLUSTER_EXPORTS, record.metadata);
  const then = old.find(({ metadata }) => metadata.name === 'b')?.status?.published;
  await set.hub.patch(MEMBER_CLUSTERS, { name: 'b' }, { status: { published: then } }, { subresource: 'status' });
  await set.member('a').stop();
  set.member('a').start();
  await eventually(
    'a has looked',
    () => set.hub.find<MemberCluster>(MEMBER_CLUSTERS, { name: 'a' }),
    (one) => (one?.status?.observed?.['a'] ?? 0) === 0,
  );
  assert.deepEqual(Object.keys(await slicesOf(set.member('a'))), ['b']);
  set.member('b').start();
  await eventually(
    'refill',
    () => set.hub.list(CLUSTER_EXPORTS),
    (all) => all.length === 1,
  );
});

test("a restart of the member's own API server loses nothing", async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await importedWeb(set);
  const { server, client } = set.member('b');
  await server.close();
  await server.restart();
  await client.patch(ENDPOINT_SLICES, WEB_SLICE, { endpoints: ownSlice(1, 2).endpoints });
  await eventually(
    '1/2',
    () => slicesOf(set.member('a')),
    (all) => all['b']?.metadata.annotations?.[ANNOTATION_ENDPOINTS] === 'http=1/2',
  );
});

test('records that were lost or written over are made again as they were', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await exportWeb(set.member('b'));
  const before = await eventually(
    'import',
    () => importOf(set.member('b')),
    (one) => !!one?.spec.ips?.length,
  );
  const slice = await eventually(
    'slice',
    () => slicesOf(set.member('b')),
    (all) => all['b'] !== undefined,
  );
  const { client } = set.member('b');
  await set.member('b').stop();
  const pages = await client.list(CONFIG_MAPS, { namespace: SYSTEM_NAMESPACE });
  assert.ok(pages.length > 1);
  for (const { metadata } of pages) {
    await client.patch(CONFIG_MAPS, metadata, {
      data: { 'vips.json': '{"not', 'peers.json': '7', 'lane-ports.json': null, 'epoch.json': 'x' },
    });
  }
  set.member('b').start();
  await client.patch(ENDPOINT_SLICES, WEB_SLICE, { endpoints: ownSlice(2, 5).endpoints });
  const after = await eventually(
    'works',
    () => slicesOf(set.member('b')),
    (all) => all['b']?.metadata.annotations?.[ANNOTATION_ENDPOINTS] === 'http=2/5',
  );
  assert.deepEqual(after['b']?.ports, slice['b']?.ports);
  assert.deepEqual(after['b']?.endpoints[0]?.addresses, slice['b']?.endpoints[0]?.addresses);
  assert.deepEqual((await importOf(set.member('b')))?.spec.ips, before?.spec.ips);
});

test('an imported slice that somebody deletes or changes is put right', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await exportWeb(set.member('b'));
  const before = (
    await eventually(
      'slice',
      () => slicesOf(set.member('a')),
      (all) => all['b'] !== undefined,
    )
  )['b'];
  assert.ok(before);
  const { client } = set.member('a');
  await client.delete(ENDPOINT_SLICES, before.metadata);
  await eventually(
    'again',
    () => slicesOf(set.member('a')),
    (all) => all['b'] !== undefined,
  );
  await client.patch(ENDPOINT_SLICES, before.metadata, { endpoints: [{ addresses: ['6.6.6.6'] }] });
  await eventually(
    'right',
    () => slicesOf(set.member('a')),
    (all) => all['b']?.endpoints[0]?.addresses[0] === before.endpoints[0]?.addresses[0],
  );
});

test('what this side could not write yet, it does not claim to have observed', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await importedWeb(set);
  const hubsWord = () => set.hub.find<MemberCluster>(MEMBER_CLUSTERS, { name: 'a' });
  const published = async () => (await set.hub.find<MemberCluster>(MEMBER_CLUSTERS, { name: 'b' }))?.status?.published;
  await eventually(
    'the hub’s time in the record',
    () => recordOf(set.member('b')),
    (one) => !!one?.spec.exportedAt,
  );
  const epoch = (await eventually('all published', published, (one) => one?.count === 1))?.epoch;
  const before = await eventually('observed', hubsWord, (one) => one?.status?.observed?.['b'] === epoch);
  await set.member('a').server.close();
  await remove(set.member('b').client, SERVICE_EXPORTS);
  await eventually(
    'off the hub',
    () => set.hub.list(CLUSTER_EXPORTS),
    (all) => all.length === 0,
  );
  await eventually(
    'the lane port serves for its time',
    () => recordOf(set.member('b')),
    (one) => one === undefined,
  );
  assert.equal((await hubsWord())?.status?.observed?.['b'], before?.status?.observed?.['b']);
  await set.member('a').server.restart();
  await eventually(
    'observed at last',
    hubsWord,
    (one) => (one?.status?.observed?.['b'] ?? 0) > (before?.status?.observed?.['b'] ?? 0),
  );
  assert.equal(await importOf(set.member('a')), undefined);
});
