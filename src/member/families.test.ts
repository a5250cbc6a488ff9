import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG_MAPS, ENDPOINT_SLICES, type EndpointSlice, SERVICE_EXPORTS, SERVICES } from '#api/index.ts';
import { cidr, contains, ip } from '#kit/index.ts';
import {
  type ClusterSet,
  clusterSet,
  conditionsOf,
  eventually,
  importOf,
  ownSlice,
  serviceExport,
  serviceOf,
  type TestMember,
} from './test-cluster-set.ts';

const FOUR = '240.10.0.0/16';
const SIX = 'fd5e:a1a0::/112';

/** `a` has both families, `c` IPv4 alone; `b` exports. */
async function set(t: Parameters<typeof clusterSet>[0]): Promise<ClusterSet> {
  const made = await clusterSet(t, ['a', 'b', 'c']);
  for (const name of ['a', 'b']) {
    await made.member(name).stop();
    made.member(name).start({ vipRanges: [FOUR, SIX] });
  }
  return made;
}

async function exportFamilies({ client }: TestMember, ...ipFamilies: ('IPv4' | 'IPv6')[]): Promise<void> {
  const single = ipFamilies.length === 1;
  const policy = single ? 'SingleStack' : 'RequireDualStack';
  await client.create(SERVICES, serviceOf(undefined, { clusterIP: undefined, ipFamilies, ipFamilyPolicy: policy }));
  if (ipFamilies.includes('IPv4')) await client.create(ENDPOINT_SLICES, ownSlice(1, 2));
  if (ipFamilies.includes('IPv6')) await client.create(ENDPOINT_SLICES, sixSlice());
  await client.create(SERVICE_EXPORTS, serviceExport());
}

function sixSlice(): EndpointSlice {
  const four = ownSlice(1, 2);
  return {
    ...four,
    metadata: { ...four.metadata, name: 'web-6' },
    addressType: 'IPv6',
    endpoints: four.endpoints.map((one, i) => ({ ...one, addresses: [`fd00:244::${i + 2}`] })),
  };
}

async function slicesFromB({ client }: TestMember, count: number): Promise<EndpointSlice[]> {
  const fromB = async () => {
    const all = await client.list<EndpointSlice>(ENDPOINT_SLICES, { namespace: 'demo' });
    return all.filter(({ metadata }) => metadata.labels?.['multicluster.kubernetes.io/source-cluster'] === 'b');
  };
  return eventually(
    'slices of b',
    fromB,
    (all) => all.length === count && all.every((one) => one.endpoints.length > 0),
  );
}

test('an import has a VIP and a slice of each family, in the order of its exporter, as far as the cluster has them', async (t) => {
  const members = await set(t);
  await exportFamilies(members.member('b'), 'IPv6', 'IPv4');
  const slices = await slicesFromB(members.member('a'), 2);
  assert.deepEqual(slices.map(({ addressType }) => addressType).toSorted(), ['IPv4', 'IPv6']);
  const six = slices.find(({ addressType }) => addressType === 'IPv6');
  assert.ok(contains(cidr(SIX), ip(six?.endpoints[0]?.addresses[0] ?? '')));
  assert.match(six?.metadata.annotations?.['sealane.dev/endpoints'] ?? '', /^http=1\/2$/);

  const [both, one] = await Promise.all(['a', 'c'].map((name) => importOf(members.member(name))));
  assert.deepEqual(both?.spec.ipFamilies, ['IPv6', 'IPv4']);
  const [first = '', second = ''] = both?.spec.ips ?? [];
  assert.ok(contains(cidr(SIX), ip(first)) && contains(cidr(FOUR), ip(second)), `${first} ${second}`);
  assert.deepEqual([one?.spec.ipFamilies, one?.spec.ips?.length], [['IPv4'], 1]);
});

test('a restart keeps the addresses of both families, also when the records are lost', async (t) => {
  const members = await set(t);
  const a = members.member('a');
  await exportFamilies(members.member('b'), 'IPv4', 'IPv6');
  await slicesFromB(a, 2);
  const before = await importOf(a);
  const peers = (await slicesFromB(a, 2)).map(({ endpoints }) => endpoints[0]?.addresses);
  await a.stop();
  for (const { metadata } of await a.client.list(CONFIG_MAPS, {})) await a.client.delete(CONFIG_MAPS, metadata);
  a.start({ vipRanges: [FOUR, SIX] });
  await members
    .member('b')
    .client.patch(SERVICES, { namespace: 'demo', name: 'web' }, { spec: { sessionAffinity: 'ClientIP' } });
  const after = await eventually(
    'an import written anew',
    () => importOf(a),
    (one) => one?.spec.sessionAffinity === 'ClientIP',
  );
  assert.deepEqual(after?.spec.ips, before?.spec.ips);
  assert.deepEqual(
    (await slicesFromB(a, 2)).map(({ endpoints }) => endpoints[0]?.addresses),
    peers,
  );
});

test('a cluster without any of the families says so', async (t) => {
  const members = await set(t);
  await exportFamilies(members.member('b'), 'IPv6');
  const said = await eventually(
    'the condition in c',
    () => importOf(members.member('c')),
    (one) => conditionsOf(one).includes('Ready=False/IPFamilyNotSupported'),
  );
  assert.deepEqual([said?.spec.ips ?? [], said?.spec.ipFamilies ?? []], [[], []]);
});
