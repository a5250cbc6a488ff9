/** Where exports may be seen: namespaces that come and go, targets, lists of namespaces. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ENDPOINT_SLICES,
  type EndpointSlice,
  MEMBER_CLUSTERS,
  NAMESPACES,
  SERVICE_EXPORTS,
  SERVICE_IMPORTS,
  SERVICES,
} from '#api/index.ts';
import {
  clusterSet,
  conditionsOf,
  eventually,
  exportOf,
  exportWeb,
  importedWeb,
  importOf,
  namespaces,
  recordOf,
  serviceExport,
  slicesOf,
  type TestMember,
} from './test-cluster-set.ts';

const WEB = { namespace: 'demo', name: 'web' };

async function deleteNamespace({ client }: TestMember): Promise<void> {
  await client.delete(NAMESPACES, { name: 'demo' });
  await eventually(
    'the namespace to be gone',
    () => client.find(NAMESPACES, { name: 'demo' }),
    (one) => one === undefined,
  );
}

const importIn = (member: TestMember) =>
  eventually(
    `import in ${member.name}`,
    () => importOf(member),
    (one) => one !== undefined,
  );
const noImportIn = (member: TestMember) =>
  eventually(
    `no import in ${member.name}`,
    () => importOf(member),
    (one) => one === undefined,
  );

test('an importer’s namespace that is deleted and made again has the import again, at the same address', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await importedWeb(set);
  const before = await importIn(set.member('a'));
  await deleteNamespace(set.member('a'));
  await namespaces(set.member('a').client, 'demo');
  const after = await importIn(set.member('a'));
  assert.deepEqual(after?.spec.ips, before?.spec.ips);
  assert.notEqual(after?.metadata.uid, before?.metadata.uid);
  await eventually(
    'slice',
    () => slicesOf(set.member('a')),
    (all) => all['b'] !== undefined,
  );
});

test('an exporter’s namespace that is deleted takes its export with it, made again it is another export', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await importedWeb(set);
  const before = await recordOf(set.member('b'));
  await deleteNamespace(set.member('b'));
  await noImportIn(set.member('a'));
  await namespaces(set.member('b').client, 'demo');
  await exportWeb(set.member('b'));
  await importIn(set.member('a'));
  assert.notEqual((await recordOf(set.member('b')))?.spec.exportUID, before?.spec.exportUID);
});

test('nothing is written into a namespace that is going away', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await exportWeb(set.member('b'), { ready: 1, total: 2 });
  await importIn(set.member('a'));
  const { client } = set.member('a');
  const held = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'demo', name: 'x', finalizers: ['x.org/x'] },
  };
  const maps = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced: true };
  await client.create(maps, held);
  await client.delete(NAMESPACES, { name: 'demo' });
  await noImportIn(set.member('a'));
  await set.member('b').client.patch(ENDPOINT_SLICES, { namespace: 'demo', name: 'web-1' }, {
    endpoints: [{ addresses: ['10.244.1.2'], conditions: { ready: true } }],
  } as Partial<EndpointSlice>);
  await eventually(
    'news on the hub',
    () =>
      set.hub.list<NonNullable<Awaited<ReturnType<typeof recordOf>>>>({
        ...MEMBER_CLUSTERS,
        plural: 'clusterexports',
        namespaced: true,
      }),
    ([one]) => one?.spec.ports[0]?.total === 1,
  );
  assert.equal(await importOf(set.member('a')), undefined);
  await client.patch(maps, held.metadata, { metadata: { finalizers: null } });
  await eventually(
    'the namespace to be gone',
    () => client.find(NAMESPACES, { name: 'demo' }),
    (one) => one === undefined,
  );
});

test('export-to names who may import, and may change; empty is nobody', async (t) => {
  const set = await clusterSet(t, ['a', 'b', 'c']);
  const { client } = set.member('b');
  await exportWeb(set.member('b'));
  await importIn(set.member('c'));
  const to = (text: string) =>
    client.patch(SERVICE_EXPORTS, WEB, { metadata: { annotations: { 'sealane.dev/export-to': text } } });
  await to('a, nobody');
  await noImportIn(set.member('c'));
  for (const name of ['a', 'b']) await importIn(set.member(name));
  const said = await eventually(
    'said',
    () => exportOf(set.member('b')),
    (one) => one?.status?.conditions?.some(({ message }) => /for a only/.test(message)) === true,
  );
  assert.ok(said?.status?.conditions?.some(({ message }) => /no member is meant by nobody/.test(message)));
  await to('');
  await noImportIn(set.member('a'));
  await importIn(set.member('b'));
  await to('eu/*/*/c');
  await importIn(set.member('c'));
  assert.equal(await importOf(set.member('a')), undefined);
});

test('a list of namespaces is kept by the exporter, and by importers though an exporter did not', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await importedWeb(set);
  // The exporter is away and does not take it back.
  await set.member('b').stop();
  const allow = (namespace: string) =>
    set.hub.patch(MEMBER_CLUSTERS, { name: 'b' }, { spec: { exports: { allow: [namespace] } } });
  await allow('other');
  await noImportIn(set.member('a'));
  assert.equal((await set.hub.list({ ...MEMBER_CLUSTERS, plural: 'clusterexports', namespaced: true })).length, 1);
  set.member('b').start();
  await eventually(
    'refused',
    () => exportOf(set.member('b')),
    (one) => conditionsOf(one).includes('Valid=False/NamespaceNotAllowed'),
  );
  await allow('demo');
  await importIn(set.member('a'));
});

test('slices that another tool dispatched are not exported again, those that a user wrote are', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  const { client } = set.member('b');
  await exportWeb(set.member('b'), { ready: 1 });
  const dispatched = (name: string, labels: object, annotations: object = {}) =>
    client.create(ENDPOINT_SLICES, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { namespace: 'demo', name, labels: { 'kubernetes.io/service-name': 'web', ...labels }, annotations },
      addressType: 'IPv4',
      endpoints: [{ addresses: [`10.9.9.${name.length}`], conditions: { ready: true } }],
      ports: [{ name: 'http', protocol: 'TCP', port: 80 }],
    } as EndpointSlice);
  await dispatched('karmada', {
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-dispatch-controller.karmada.io',
  });
  await dispatched('provisioned', {}, { 'endpointslice.karmada.io/provision-cluster': 'a' });
  await dispatched('sourced', { 'multicluster.kubernetes.io/source-cluster': 'a' });
  await dispatched('vm', { 'endpointslice.kubernetes.io/managed-by': 'me' });
  const counts = await eventually(
    'the user’s own',
    () => slicesOf(set.member('a')),
    (all) => !['http=1/1', undefined].includes(all['b']?.metadata.annotations?.['sealane.dev/endpoints']),
  );
  assert.equal(counts['b']?.metadata.annotations?.['sealane.dev/endpoints'], 'http=2/2');
});

test('the objects that users wrote are left without finalizers, and imports say what generation they judge', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await importedWeb(set);
  const found = await eventually(
    'judged',
    () => importOf(set.member('a')),
    (one) => one?.status?.conditions !== undefined,
  );
  assert.equal(found?.status?.conditions?.[0]?.observedGeneration, found?.metadata.generation);
  for (const type of [SERVICES, SERVICE_EXPORTS, SERVICE_IMPORTS]) {
    const object = await set.member('b').client.get(type, WEB);
    assert.equal(object.metadata.finalizers, undefined);
  }
  assert.equal(serviceExport().metadata.name, 'web');
});
