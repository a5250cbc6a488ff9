import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ANNOTATION_ENDPOINTS,
  CLUSTER_EXPORTS,
  type ClusterExport,
  ENDPOINT_SLICES,
  type EndpointSlice,
  GLOBAL_TRAFFIC_POLICIES,
  type GlobalTrafficPolicy,
  LABEL_FROM,
  MEMBER_CLUSTERS,
  SERVICE_EXPORTS,
  SERVICE_IMPORTS,
  type Service,
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
  memberCluster,
  mirrorOf,
  namespaces,
  ownSlice,
  recordOf,
  remove,
  serviceExport,
  serviceOf,
  slicesOf,
  testMember,
} from './test-cluster-set.ts';

test('an exported service is imported in every member, the exporter included', async (t) => {
  const set = await clusterSet(t, ['a', 'b', 'c']);
  await exportWeb(set.member('b'), { ready: 2, total: 3 });
  for (const name of ['a', 'b', 'c']) {
    const member = set.member(name);
    const found = await eventually(
      `import in ${name}`,
      () => importOf(member),
      (one) => one?.status?.clusters?.length === 1,
    );
    assert.deepEqual(found?.spec.ports, [{ name: 'http', protocol: 'TCP', port: 80 }]);
    assert.match(found?.spec.ips?.[0] ?? '', /^240\.10\./);
    assert.deepEqual(conditionsOf(found), ['Ready=True/Ready', 'ServesUnhookedPods=False/NotAskedFor']);
    assert.equal(found?.status?.endpointSliceObjects, 'Present');
    const slice = (
      await eventually(
        `slice in ${name}`,
        () => slicesOf(member),
        (all) => all['b'] !== undefined,
      )
    )['b'];
    assert.equal(slice?.metadata.annotations?.[ANNOTATION_ENDPOINTS], 'http=2/3');
    assert.match(slice?.endpoints[0]?.addresses[0] ?? '', /^240\.10\.0\./);
    assert.equal(slice?.ports?.[0]?.port, (await recordOf(set.member('b')))?.spec.ports[0]?.lanePort);
    assert.equal(slice?.metadata.labels?.['kubernetes.io/service-name'], undefined);
  }
  const done = await eventually(
    'conditions',
    () => exportOf(set.member('b')),
    (one) => conditionsOf(one).length === 3,
  );
  assert.deepEqual(conditionsOf(done), ['Conflict=False/NoConflicts', 'Ready=True/Exported', 'Valid=True/Valid']);
  assert.ok(
    (
      await eventually(
        'time',
        () => recordOf(set.member('b')),
        (one) => !!one?.spec.exportedAt,
      )
    )?.spec.exportedAt,
  );
});

test('a pod that becomes ready is known elsewhere', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await exportWeb(set.member('b'), { ready: 0, total: 2 });
  await eventually(
    'import',
    () => slicesOf(set.member('a')),
    (all) => all['b'] !== undefined,
  );
  await set
    .member('b')
    .client.patch(ENDPOINT_SLICES, { namespace: 'demo', name: 'web-1' }, { endpoints: ownSlice(2, 2).endpoints });
  await eventually(
    '2/2',
    () => slicesOf(set.member('a')),
    (all) => all['b']?.metadata.annotations?.[ANNOTATION_ENDPOINTS] === 'http=2/2',
  );
});

test('two exporters that differ see the conflict on both, with the oldest as winner', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await exportWeb(set.member('a'));
  await eventually(
    'the first',
    () => importOf(set.member('b')),
    (one) => one !== undefined,
  );
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  await exportWeb(set.member('b'), { ports: [{ name: 'http', protocol: 'TCP', port: 8080 }] });
  for (const name of ['a', 'b']) {
    const seen = await eventually(
      'conflict',
      () => exportOf(set.member(name)),
      (one) => conditionsOf(one).includes('Conflict=True/PortConflict'),
    );
    assert.match(seen?.status?.conditions?.find(({ type }) => type === 'Conflict')?.message ?? '', /a \(.*wins/);
    const merged = await importOf(set.member(name));
    assert.deepEqual(
      merged?.spec.ports.map(({ port }) => port),
      [80],
    );
  }
});

test('an ExternalName Service is refused, and nothing is imported', async (t) => {
  const set = await clusterSet(t, ['a']);
  const { client } = set.member('a');
  await client.create(SERVICES, {
    ...serviceOf(),
    spec: { type: 'ExternalName', externalName: 'x.example.com' },
  } as Service);
  await client.create(SERVICE_EXPORTS, serviceExport());
  const seen = await eventually(
    'conditions',
    () => exportOf(set.member('a')),
    (one) => conditionsOf(one).length === 2,
  );
  assert.deepEqual(conditionsOf(seen), ['Ready=False/Pending', 'Valid=False/InvalidServiceType']);
  assert.equal(await importOf(set.member('a')), undefined);
});

test('an export without a Service says so, and heals when the Service comes', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  const { client } = set.member('a');
  await client.create(SERVICE_EXPORTS, serviceExport());
  await eventually(
    'no service',
    () => exportOf(set.member('a')),
    (one) => conditionsOf(one).includes('Valid=False/NoService'),
  );
  await client.create(SERVICES, serviceOf());
  await eventually(
    'valid',
    () => exportOf(set.member('a')),
    (one) => conditionsOf(one).includes('Valid=True/Valid'),
  );
  await eventually(
    'import',
    () => importOf(set.member('b')),
    (one) => one !== undefined,
  );
});

test('an unexport removes the import everywhere, and the lane port serves until peers have seen it', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await importedWeb(set);
  await remove(set.member('b').client, SERVICE_EXPORTS);
  await eventually(
    'withdrawn',
    () => recordOf(set.member('b')),
    (one) => one === undefined || one.spec.withdrawn !== undefined,
  );
  for (const name of ['a', 'b'])
    await eventually(
      `gone in ${name}`,
      () => importOf(set.member(name)),
      (one) => one === undefined,
    );
  await eventually(
    'record gone',
    () => recordOf(set.member('b')),
    (one) => one === undefined,
  );
  assert.deepEqual(await slicesOf(set.member('a')), {});
});

test("an emptied hub removes nothing, and is filled again with everything, admin's spec included", async (t) => {
  const set = await clusterSet(t, ['a', 'b'], { b: { region: 'us' } });
  await importedWeb(set);
  await eventually(
    'mirror',
    () => mirrorOf(set.member('b'), 'b'),
    (one) => one?.spec?.region === 'us',
  );
  const before = await importOf(set.member('a'));
  const { exportedAt } =
    (
      await eventually(
        'time',
        () => recordOf(set.member('b')),
        (one) => !!one?.spec.exportedAt,
      )
    )?.spec ?? {};
  let missing = 0;
  const watching = setInterval(() => void importOf(set.member('a')).then((one) => (missing += one ? 0 : 1)), 5);
  for (const type of [CLUSTER_EXPORTS, MEMBER_CLUSTERS]) {
    for (const object of await set.hub.list(type)) await set.hub.delete(type, object.metadata);
  }
  const refilled = await eventually(
    'refill',
    () => set.hub.list<ClusterExport>(CLUSTER_EXPORTS),
    (all) => all.length === 1,
  );
  await eventually(
    'members',
    () => set.hub.list(MEMBER_CLUSTERS),
    (all) => all.length === 2,
  );
  clearInterval(watching);
  assert.equal(missing, 0);
  assert.equal(refilled[0]?.spec.exportedAt, exportedAt);
  assert.equal(
    (await set.hub.find<ReturnType<typeof memberCluster>>(MEMBER_CLUSTERS, { name: 'b' }))?.spec?.region,
    'us',
  );
  assert.deepEqual((await importOf(set.member('a')))?.spec, before?.spec);
});

test('an emptied hub that another tool fills first still gets back what the admin wrote', async (t) => {
  const set = await clusterSet(t, ['a', 'b'], { b: { region: 'us' } });
  await eventually(
    'mirror in the other member',
    () => mirrorOf(set.member('a'), 'b'),
    (one) => one?.spec?.region === 'us' && one.status?.clusterUID !== undefined,
  );
  await set.member('b').stop();
  await set.hub.delete(MEMBER_CLUSTERS, { name: 'b' });
  const { spec: _, ...made } = memberCluster('b', {});
  await set.hub.create(MEMBER_CLUSTERS, { ...made, metadata: { name: 'b', labels: { [LABEL_FROM]: 'karmada' } } });
  const seen = new Set<string | undefined>();
  const watching = setInterval(
    () => void mirrorOf(set.member('a'), 'b').then((one) => seen.add(one?.spec?.transport)),
    5,
  );
  set.member('b').start();
  await eventually(
    'spec',
    () => set.hub.find<ReturnType<typeof memberCluster>>(MEMBER_CLUSTERS, { name: 'b' }),
    (one) => one?.spec?.region === 'us' && one.spec.transport === 'Plain',
  );
  clearInterval(watching);
  assert.deepEqual([...seen], ['Plain']);
});

test('an emptied hub removes nothing from a member that starts while it is empty', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await exportWeb(set.member('b'));
  await eventually(
    'import',
    () => importOf(set.member('a')),
    (one) => one?.status?.clusters?.length === 1,
  );
  await set.member('a').stop();
  await set.member('b').stop();
  for (const type of [CLUSTER_EXPORTS, MEMBER_CLUSTERS]) {
    for (const object of await set.hub.list(type)) await set.hub.delete(type, object.metadata);
  }
  set.member('a').start();
  await eventually(
    'a is back on the hub',
    () => set.hub.list(MEMBER_CLUSTERS),
    (all) => all.length === 1,
  );
  await eventually(
    'status',
    () => set.hub.list<ReturnType<typeof memberCluster>>(MEMBER_CLUSTERS),
    ([one]) => one?.status?.published !== undefined,
  );
  assert.ok(await importOf(set.member('a')));
  assert.deepEqual(Object.keys(await slicesOf(set.member('a'))), ['b']);
  const suspect = 'HubStateSuspect=True/AbsenceUnvouched';
  const own = () => set.hub.find<ReturnType<typeof memberCluster>>(MEMBER_CLUSTERS, { name: 'a' });
  await eventually('suspicion is said', own, (one) => conditionsOf(one).includes(suspect));
  set.member('b').start();
  await eventually(
    'refill',
    () => set.hub.list(CLUSTER_EXPORTS),
    (all) => all.length === 1,
  );
  await eventually('suspicion is gone', own, (one) => !conditionsOf(one).includes(suspect));
});

test('everything of a removed member goes', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await importedWeb(set);
  await set.member('b').stop();
  await set.hub.patch(MEMBER_CLUSTERS, { name: 'b' }, { spec: { removed: true } });
  await eventually(
    'gone in a',
    () => importOf(set.member('a')),
    (one) => one === undefined,
  );
  await eventually(
    'the agents know',
    () => mirrorOf(set.member('a'), 'b'),
    (one) => one?.spec?.removed === true,
  );
});

test('a removed member that still runs publishes nothing, until it is taken back', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await importedWeb(set);
  await set.hub.patch(MEMBER_CLUSTERS, { name: 'b' }, { spec: { removed: true } });
  await eventually(
    'gone in a',
    () => importOf(set.member('a')),
    (one) => one === undefined,
  );
  await eventually(
    'b knows',
    () => mirrorOf(set.member('b'), 'b'),
    (one) => one?.spec?.removed === true,
  );
  const [record] = await set.hub.list(CLUSTER_EXPORTS);
  await remove(set.hub, CLUSTER_EXPORTS, record);
  await eventually(
    'said',
    () => exportOf(set.member('b')),
    (one) => conditionsOf(one).includes('Ready=False/Failed'),
  );
  assert.deepEqual(await set.hub.list(CLUSTER_EXPORTS), []);
  await set.hub.patch(MEMBER_CLUSTERS, { name: 'b' }, { spec: { removed: false } });
  await eventually(
    'back in a',
    () => importOf(set.member('a')),
    (one) => one !== undefined,
  );
});

test('a namespace that comes later gets its imports then', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  const later = { namespace: 'later', name: 'web' };
  const { client } = set.member('b');
  await namespaces(client, 'later');
  await client.create(SERVICES, { ...serviceOf(), metadata: later });
  await client.create(SERVICE_EXPORTS, { ...serviceExport(), metadata: later });
  await eventually(
    'on the hub',
    () => set.hub.list(CLUSTER_EXPORTS),
    (all) => all.length === 1,
  );
  assert.equal(await set.member('a').client.find({ ...GLOBAL_TRAFFIC_POLICIES, plural: 'x' }, later), undefined);
  await namespaces(set.member('a').client, 'later');
  await eventually(
    'import',
    () => set.member('a').client.list(ENDPOINT_SLICES, { namespace: 'later' }),
    (all) => all.length === 1,
  );
});

test('kube-system is not exported', async (t) => {
  const set = await clusterSet(t, ['a']);
  const { client } = set.member('a');
  const dns = { namespace: 'kube-system', name: 'web' };
  await client.create(SERVICES, { ...serviceOf(), metadata: dns });
  await client.create(SERVICE_EXPORTS, { ...serviceExport(), metadata: dns });
  const seen = await eventually(
    'refused',
    () => client.find<ReturnType<typeof serviceExport>>(SERVICE_EXPORTS, dns),
    (one) => conditionsOf(one).length > 0,
  );
  assert.ok(conditionsOf(seen).includes('Valid=False/NamespaceNotAllowed'));
});

test('a policy shows its tiers, and which of its targets means nobody', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await exportWeb(set.member('b'));
  const { client } = set.member('a');
  await client.create<GlobalTrafficPolicy>(GLOBAL_TRAFFIC_POLICIES, {
    apiVersion: 'sealane.dev/v1alpha1',
    kind: 'GlobalTrafficPolicy',
    metadata: { namespace: 'demo', name: 'web' },
    spec: { lbType: 'ActiveActive', targets: [{ clusterKey: 'nowhere' }] },
  });
  const policy = () => client.find<GlobalTrafficPolicy>(GLOBAL_TRAFFIC_POLICIES, { namespace: 'demo', name: 'web' });
  const seen = await eventually('status', policy, (one) => (one?.status?.ports?.length ?? 0) > 0);
  assert.ok(conditionsOf(seen).includes('Accepted=True/Accepted'), JSON.stringify(conditionsOf(seen)));
  assert.match(conditionsOf(seen).find((one) => one.startsWith('TargetsResolved')) ?? '', /=False\/UnknownCluster/);
  assert.ok(conditionsOf(seen).includes('Programmed=Unknown/NoAgents'));
});

test('a restart keeps lane ports and VIPs', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await exportWeb(set.member('b'));
  const before = await eventually(
    'import',
    () => importOf(set.member('a')),
    (one) => !!one?.spec.ips?.length,
  );
  const lane = (await recordOf(set.member('b')))?.spec.ports[0]?.lanePort;
  for (const name of ['a', 'b']) {
    await set.member(name).stop();
    set.member(name).start();
  }
  await set
    .member('b')
    .client.patch(ENDPOINT_SLICES, { namespace: 'demo', name: 'web-1' }, { endpoints: ownSlice(1, 4).endpoints });
  await eventually(
    'works again',
    () => slicesOf(set.member('a')),
    (all) => all['b']?.metadata.annotations?.[ANNOTATION_ENDPOINTS] === 'http=1/4',
  );
  assert.deepEqual((await importOf(set.member('a')))?.spec.ips, before?.spec.ips);
  assert.equal((await recordOf(set.member('b')))?.spec.ports[0]?.lanePort, lane);
});

test('members start without the hub: own exports are imported at home', async (t) => {
  const set = await clusterSet(t, []);
  await set.hubServer.close();
  const alone = await testMember('a', set.hubServer);
  t.after(async () => {
    await alone.stop();
    alone.client.close();
    await alone.server.close();
  });
  alone.start();
  await exportWeb(alone);
  const found = await eventually(
    'import',
    () => importOf(alone),
    (one) => !!one?.spec.ips?.length,
  );
  assert.deepEqual(Object.keys(await slicesOf(alone)), ['a']);
  assert.ok(found);
});

test('nonsense on the hub stops nobody', async (t) => {
  const set = await clusterSet(t, ['a', 'b'], {}, { loose: true });
  await namespaces(set.hub, 'sealane-zz');
  const nonsense = [
    { spec: 7 },
    { spec: { cluster: 'zz', service: 'web', type: 'ClusterSetIP', ipFamilies: ['IPv4'], ports: [] } },
    {
      spec: {
        cluster: 'zz',
        service: { namespace: 'demo', name: 'web' },
        type: 'ClusterSetIP',
        ipFamilies: ['IPv4'],
        ports: [{ port: 'x' }],
      },
    },
    {
      spec: {
        cluster: 'b',
        service: { namespace: 'demo', name: 'web' },
        type: 'ClusterSetIP',
        ipFamilies: ['IPv4'],
        ports: [],
      },
    },
    {
      spec: {
        cluster: 'zz',
        service: { namespace: 'demo', name: 'web4' },
        type: 'Headless',
        ipFamilies: ['IPv4'],
        ports: [],
        endpoints: [{ name: 'x', podAddress: 'x', ready: true, ports: [] }],
      },
    },
    {},
  ];
  for (const [i, body] of nonsense.entries()) {
    const metadata = { namespace: 'sealane-zz', name: i < 5 ? `demo.web${i}` : 'nodot' };
    await set.hub.create(CLUSTER_EXPORTS, {
      apiVersion: 'sealane.dev/v1alpha1',
      kind: 'ClusterExport',
      metadata,
      ...body,
    });
  }
  await exportWeb(set.member('b'));
  const seen = await eventually(
    'import',
    () => importOf(set.member('a')),
    (one) => one?.status?.clusters?.length === 1,
  );
  assert.deepEqual(seen?.status?.clusters, [{ cluster: 'b' }]);
  const all = await set.member('a').client.list(SERVICE_IMPORTS, { namespace: 'demo' });
  assert.deepEqual(
    all.map(({ metadata }) => metadata.name),
    ['web'],
  );
});

test('a name that belongs to another cluster is not published under', async (t) => {
  const set = await clusterSet(t, ['a']);
  await exportWeb(set.member('a'));
  await eventually(
    'on the hub',
    () => set.hub.list(CLUSTER_EXPORTS),
    (all) => all.length === 1,
  );
  const impostor = await testMember('a', set.hubServer);
  t.after(async () => {
    await impostor.stop();
    impostor.client.close();
    await impostor.server.close();
  });
  impostor.start();
  await exportWeb(impostor, { ports: [{ name: 'other', protocol: 'TCP', port: 99 }] });
  const seen = await eventually(
    'refused',
    () => exportOf(impostor),
    (one) => conditionsOf(one).includes('Ready=False/Failed'),
  );
  assert.ok(seen);
  const [record] = await set.hub.list<ClusterExport>(CLUSTER_EXPORTS);
  assert.equal(record?.spec.ports[0]?.port, 80);
});

test('a cluster built anew under a name is believed, and gives no lane port of its predecessor to another service', async (t) => {
  const set = await clusterSet(t, ['b']);
  const lanePorts = { first: 20_000, last: 20_000 };
  const [old, anew] = [await testMember('a', set.hubServer), await testMember('a', set.hubServer)];
  t.after(async () => {
    for (const one of [old, anew]) {
      await one.stop();
      one.client.close();
      await one.server.close();
    }
  });
  const webOfA = { namespace: 'demo', name: 'web.a.ipv4' };
  const slice = () => set.member('b').client.find<EndpointSlice>(ENDPOINT_SLICES, webOfA);
  old.start({ lanePorts });
  await exportWeb(old);
  const before = await eventually('imported', slice, (one) => one?.ports?.length === 1);
  await old.stop();
  const other = { namespace: 'demo', name: 'other' };
  const { clusterIP: _, ...spec } = serviceOf().spec ?? {};
  await anew.client.create(SERVICES, { ...serviceOf(), metadata: other, spec });
  await anew.client.create(SERVICE_EXPORTS, { ...serviceExport(), metadata: other });
  anew.start({ lanePorts, takeover: true });
  await eventually('what is no longer exported goes', slice, (one) => one === undefined);
  const record = await eventually(
    'recorded',
    () => anew.client.find<ClusterExport>(CLUSTER_EXPORTS, other),
    (one) => one !== undefined,
  );
  assert.equal(record?.spec.ports[0]?.lanePort, undefined);
  await exportWeb(anew);
  assert.deepEqual(
    (await eventually('its own number again', slice, (one) => one?.ports?.length === 1))?.ports,
    before?.ports,
  );
});
