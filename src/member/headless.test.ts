import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENDPOINT_SLICES, type EndpointSlice, MEMBER_CLUSTERS, NODES, SERVICE_EXPORTS, SERVICES } from '#api/index.ts';
import {
  type ClusterSet,
  clusterSet,
  conditionsOf,
  eventually,
  exportOf,
  importOf,
  mirrorOf,
  recordOf,
  serviceExport,
  serviceOf,
  slicesOf,
  type TestMember,
} from './test-cluster-set.ts';

interface Pod {
  readonly hostname?: string;
  readonly address: string;
}

function podsOf(pods: readonly Pod[]): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: 'demo', name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    endpoints: pods.map(({ hostname, address }) => ({
      addresses: [address],
      conditions: { ready: true },
      ...(hostname && { hostname }),
    })),
    ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
  };
}

async function exportHeadless({ client }: TestMember, pods: readonly Pod[]): Promise<void> {
  await client.create(SERVICES, serviceOf(undefined, { clusterIP: 'None', selector: { app: 'web' } }));
  await client.create(ENDPOINT_SLICES, podsOf(pods));
  await client.create(SERVICE_EXPORTS, serviceExport());
}

async function withNodes(set: ClusterSet, ranges: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, podCIDR] of Object.entries(ranges)) {
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, spec: { podCIDR, podCIDRs: [podCIDR] } };
    await set.member(name).client.create(NODES, node);
  }
  for (const seenIn of Object.keys(ranges))
    for (const name of Object.keys(ranges))
      await eventually(
        `ranges of ${name} in ${seenIn}`,
        () => mirrorOf(set.member(seenIn), name),
        (one) => one?.status?.podRanges !== undefined && one.status.index !== undefined,
      );
}

const endpointsIn = async (member: TestMember, cluster: string, count: number) => {
  const slices = await eventually(
    `${count} pods of ${cluster} in ${member.name}`,
    () => slicesOf(member),
    (all) => all[cluster]?.endpoints.length === count,
  );
  return (slices[cluster]?.endpoints ?? []).map(
    ({ hostname, addresses: [address] }) => `${hostname ?? '-'} ${address}`,
  );
};

const PODS = [
  { hostname: 'web-0', address: '10.244.1.2' },
  { hostname: 'web-1', address: '10.244.1.3' },
];

test('on disjoint ranges a headless service is imported with its pods, by their own addresses', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await withNodes(set, { a: '10.243.0.0/16', b: '10.244.0.0/16' });
  await exportHeadless(set.member('b'), PODS);
  for (const name of ['a', 'b']) {
    assert.deepEqual(await endpointsIn(set.member(name), 'b', 2), ['web-0 10.244.1.2', 'web-1 10.244.1.3']);
    const found = await eventually(
      'import',
      () => importOf(set.member(name)),
      (one) => one?.status?.clusters?.length === 1,
    );
    assert.deepEqual([found?.spec.type, found?.spec.ips, found?.spec.ipFamilies], ['Headless', undefined, ['IPv4']]);
  }
  const record = await recordOf(set.member('b'));
  const lanes = [record?.spec.ports[0], ...(record?.spec.endpoints ?? []).flatMap(({ ports }) => ports)].map(
    (one) => one?.lanePort,
  );
  assert.equal(new Set(lanes).size, 3, 'one for the service and one for each pod');
  const [slice] = Object.values(await slicesOf(set.member('a')));
  const written = JSON.parse(slice?.metadata.annotations?.['sealane.dev/lanes'] ?? '{}') as Record<string, unknown>;
  assert.deepEqual(written['10.244.1.2'], { pod: '10.244.1.2', lanes: { http: lanes[1] } });
  assert.deepEqual(slice?.ports, [{ name: 'http', protocol: 'TCP', port: 8080 }]);
});

test('on overlapping ranges every other member has the same substitute for a pod, at home it has its own address', async (t) => {
  const set = await clusterSet(t, ['a', 'b', 'c']);
  await withNodes(set, { a: '10.244.0.0/16', b: '10.244.0.0/16', c: '10.244.0.0/16' });
  await exportHeadless(set.member('b'), PODS);
  const inA = await endpointsIn(set.member('a'), 'b', 2);
  assert.deepEqual(await endpointsIn(set.member('c'), 'b', 2), inA);
  const { index } = (await mirrorOf(set.member('a'), 'b'))?.status ?? {};
  for (const [i, one] of inA.entries()) assert.ok(one.startsWith(`web-${i} 241.${index}.`), one);
  assert.deepEqual(await endpointsIn(set.member('b'), 'b', 2), ['web-0 10.244.1.2', 'web-1 10.244.1.3']);

  await set.member('b').client.update(ENDPOINT_SLICES, {
    ...podsOf([
      { hostname: 'web-0', address: '10.244.1.77' },
      { hostname: 'web-1', address: '10.244.1.3' },
    ]),
    metadata: (await set.member('b').client.get<EndpointSlice>(ENDPOINT_SLICES, { namespace: 'demo', name: 'web-1' }))
      .metadata,
  });
  await eventually(
    'the pod that was made again',
    () => recordOf(set.member('b')),
    (one) => one?.spec.endpoints?.some(({ podAddress }) => podAddress === '10.244.1.77') === true,
  );
  assert.deepEqual(await endpointsIn(set.member('a'), 'b', 2), inA, 'a hostname keeps its substitute');
});

test('when a member with the same ranges joins, pods get substitutes', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await withNodes(set, { a: '10.243.0.0/16', b: '10.244.0.0/16' });
  await exportHeadless(set.member('b'), PODS);
  assert.deepEqual(await endpointsIn(set.member('a'), 'b', 2), ['web-0 10.244.1.2', 'web-1 10.244.1.3']);
  const more = { metadata: { name: 'n2' }, spec: { podCIDR: '10.244.9.0/24' } };
  await set.member('a').client.create(NODES, { apiVersion: 'v1', kind: 'Node', ...more });
  await eventually(
    'substitutes',
    () => slicesOf(set.member('a')),
    (all) => all['b']?.endpoints.every(({ addresses }) => addresses[0]?.startsWith('241.')) === true,
  );
});

test('a restart keeps substitutes and lane ports, and more pods than are exported are said', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  const pods = Array.from({ length: 103 }, (_, i) => ({ address: `10.244.1.${i + 2}` }));
  await exportHeadless(set.member('b'), pods);
  await endpointsIn(set.member('a'), 'b', 100);
  const before = await recordOf(set.member('b'));
  assert.equal(before?.spec.endpointsLeftOut, 3);
  const said = await eventually(
    'said',
    () => exportOf(set.member('b')),
    (one) => conditionsOf(one).includes('Ready=True/TooManyEndpoints'),
  );
  assert.match(said?.status?.conditions?.find(({ type }) => type === 'Ready')?.message ?? '', /3 .* of 103/);
  await set.member('b').stop();
  set.member('b').start();
  await set
    .member('b')
    .client.patch(SERVICES, { namespace: 'demo', name: 'web' }, { spec: { sessionAffinity: 'ClientIP' } });
  const after = await eventually(
    'a record of the new process',
    () => recordOf(set.member('b')),
    (one) => one?.spec.sessionAffinity === 'ClientIP',
  );
  assert.deepEqual(after?.spec.endpoints, before?.spec.endpoints);
});

test('exporters of which some are headless serve in the way of the oldest, each that can', async (t) => {
  const set = await clusterSet(t, ['a', 'b', 'c']);
  await exportHeadless(set.member('b'), PODS);
  await endpointsIn(set.member('a'), 'b', 2);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  await set.member('a').client.create(SERVICES, serviceOf());
  await set.member('a').client.create(ENDPOINT_SLICES, podsOf(PODS));
  await set.member('a').client.create(SERVICE_EXPORTS, serviceExport());
  for (const name of ['a', 'b'])
    await eventually(
      `conflict on ${name}`,
      () => exportOf(set.member(name)),
      (one) => conditionsOf(one).includes('Conflict=True/TypeConflict'),
    );
  assert.deepEqual((await slicesOf(set.member('c')))['a']?.endpoints, []);
});

test('two members that were given one number say so', async (t) => {
  const set = await clusterSet(t, ['a', 'b'], { a: { index: 7 }, b: { index: 7 } });
  const seen = await eventually(
    'conflict',
    () => mirrorOf(set.member('a'), 'b'),
    (one) => conditionsOf(one).includes('IndexConflict=True/SameIndex'),
  );
  assert.match(
    seen?.status?.conditions?.find(({ type }) => type === 'IndexConflict')?.message ?? '',
    /^a has spec.index 7/,
  );
  await set.hub.patch(MEMBER_CLUSTERS, { name: 'a' }, { spec: { index: 8 } });
  await eventually(
    'no conflict',
    () => mirrorOf(set.member('a'), 'b'),
    (one) => one !== undefined && !conditionsOf(one).some((text) => text.startsWith('IndexConflict')),
  );
});
