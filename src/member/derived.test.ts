import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENDPOINT_SLICES, type EndpointSlice, LEASES, SERVICE_EXPORTS, SERVICES, type Service } from '#api/index.ts';
import {
  type ClusterSet,
  clusterSet,
  conditionsOf,
  eventually,
  exportWeb,
  importedWeb,
  importOf,
  ownSlice,
  recordOf,
  remove,
  type TestMember,
} from './test-cluster-set.ts';

/** Member `a` makes derived Services, `b` has a gateway. */
async function withDerived(set: ClusterSet, more: { readonly addresses?: readonly string[] } = {}): Promise<void> {
  const gateway = { name: 'n1', address: '172.30.0.2', device: 'wan0', ...more };
  await set.member('b').client.create(LEASES, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      namespace: 'sealane-system',
      name: 'agent-n1',
      labels: { 'sealane.dev/agent': 'true' },
      annotations: { 'sealane.dev/gateway': JSON.stringify(gateway) },
    },
  });
  await set.member('a').stop();
  set.member('a').start({ derivedServices: true });
}

const derivedIn = async ({ client }: TestMember) =>
  (await client.list<Service>(SERVICES, { namespace: 'demo' })).find(
    ({ metadata }) => metadata.labels?.['sealane.dev/derived'],
  );

/** `address:port` of everything behind a derived Service. */
async function behind({ client }: TestMember): Promise<string[]> {
  const slices = await client.list<EndpointSlice>(ENDPOINT_SLICES, { namespace: 'demo' });
  const derived = slices.filter(({ metadata }) => metadata.labels?.['sealane.dev/derived'] === 'web');
  return derived.flatMap(({ endpoints, ports = [] }) =>
    endpoints
      .filter(({ conditions }) => conditions?.ready)
      .flatMap(({ addresses }) => ports.map(({ port }) => `${addresses[0]}:${port}`)),
  );
}

test('where it is asked for, an import has a Service whose address is its own, and which leads to gateways of the exporters', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await importedWeb(set);
  await withDerived(set);
  const found = await eventually(
    'derived',
    () => importOf(set.member('a')),
    (one) => conditionsOf(one).includes('ServesUnhookedPods=True/DerivedService'),
  );
  const service = await derivedIn(set.member('a'));
  assert.match(service?.metadata.name ?? '', /^derived-[0-9a-f]{8}$/);
  assert.deepEqual(found?.spec.ips, [service?.spec?.clusterIP]);
  assert.equal(service?.spec?.selector, undefined);
  const lanePort = (await recordOf(set.member('b')))?.spec.ports[0]?.lanePort;
  await eventually(
    'the gateway behind it',
    () => behind(set.member('a')),
    (all) => all.join() === `172.30.0.2:${lanePort}`,
  );
});

test('gateways of both families are behind it, each in a slice of its family', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await importedWeb(set);
  await withDerived(set, { addresses: ['172.30.0.2', 'fd00:30::2'] });
  const families = async () => {
    const slices = await set.member('a').client.list<EndpointSlice>(ENDPOINT_SLICES, { namespace: 'demo' });
    const derived = slices.filter(({ metadata }) => metadata.labels?.['sealane.dev/derived'] === 'web');
    return derived.map(({ addressType, endpoints }) => `${addressType} ${endpoints[0]?.addresses.join()}`).toSorted();
  };
  await eventually('a slice of each family', families, (all) => all.join() === 'IPv4 172.30.0.2,IPv6 fd00:30::2');
});

test('the own pods are behind it as long as the cluster exports and has some, then the others’ gateways', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await importedWeb(set);
  await withDerived(set);
  await exportWeb(set.member('a'), { ready: 2 });
  await eventually(
    'own pods',
    () => behind(set.member('a')),
    (all) => all.join() === '10.244.1.2:80,10.244.1.3:80',
  );
  await set.member('a').client.patch(ENDPOINT_SLICES, { namespace: 'demo', name: 'web-1' }, {
    endpoints: ownSlice(0, 2).endpoints,
  } as Partial<EndpointSlice>);
  await eventually(
    'the gateway',
    () => behind(set.member('a')),
    (all) => all.length === 1 && all[0]?.startsWith('172.30.0.2:') === true,
  );
});

test('it goes with its import, comes back when somebody deletes it, and goes when it is no longer asked for', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await importedWeb(set);
  await withDerived(set);
  const a = set.member('a');
  const made = await eventually(
    'made',
    () => derivedIn(a),
    (one) => one !== undefined,
  );
  await remove(a.client, SERVICES, made);
  const again = await eventually(
    'made again',
    () => derivedIn(a),
    (one) => one !== undefined && one.metadata.uid !== made?.metadata.uid,
  );
  await eventually(
    'the import follows',
    () => importOf(a),
    (one) => one?.spec.ips?.[0] === again?.spec?.clusterIP,
  );
  await a.stop();
  a.start();
  await eventually(
    'gone',
    () => derivedIn(a),
    (one) => one === undefined,
  );
  const found = await eventually(
    'an address of the range',
    () => importOf(a),
    (one) => one?.spec.ips?.[0]?.startsWith('240.') === true,
  );
  assert.ok(conditionsOf(found).includes('Ready=True/Ready'));
  await a.stop();
  a.start({ derivedServices: true });
  await eventually(
    'made once more',
    () => derivedIn(a),
    (one) => one !== undefined,
  );
  await remove(set.member('b').client, SERVICE_EXPORTS);
  await eventually(
    'gone with the import',
    async () => [await derivedIn(a), await behind(a)] as const,
    ([service, addresses]) => service === undefined && addresses.length === 0,
  );
});
