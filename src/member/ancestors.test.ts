import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ENDPOINT_SLICES,
  GLOBAL_TRAFFIC_POLICIES,
  type GlobalTrafficPolicy,
  SERVICE_EXPORTS,
  type ServiceImport,
  SERVICES,
} from '#api/index.ts';
import { compatTypes } from '#compat/index.ts';
import type { KubeObject, ResourceType } from '#objects/index.ts';
import {
  clusterSet,
  conditionsOf,
  eventually,
  importOf,
  ownSlice,
  recordOf,
  serviceExport,
  serviceOf,
  slicesOf,
} from './test-cluster-set.ts';

const PORTS = [
  { name: 'http', protocol: 'TCP', port: 80 },
  { name: 'dns', protocol: 'UDP', port: 53 },
] as const;
const WEB = { namespace: 'demo', name: 'web' };

function typeOf(group: string, kind: string): ResourceType {
  const found = compatTypes().find((type) => type.group === group && type.kind === kind);
  assert.ok(found);
  return found;
}

type Conditioned = KubeObject & {
  readonly status?: { readonly conditions?: { type: string; status: string; reason: string; message: string }[] };
};

test("an ancestor's ServiceExport exports the ports it lists, and says what it does not honour", async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  const { client } = set.member('b');
  const type = typeOf('flomesh.io', 'ServiceExport');
  await client.create(SERVICES, serviceOf(PORTS));
  await client.create(ENDPOINT_SLICES, ownSlice(1, 1, PORTS));
  const spec = { rules: [{ portNumber: 80, path: '/web', pathType: 'Prefix' }] };
  await client.create(type, {
    apiVersion: 'flomesh.io/v1alpha1',
    kind: 'ServiceExport',
    metadata: WEB,
    spec,
  } as KubeObject);
  const found = await eventually(
    'import',
    () => importOf(set.member('a')),
    (one) => one !== undefined,
  );
  assert.deepEqual(
    found?.spec.ports.map(({ port }) => port),
    [80],
  );
  const seen = await eventually(
    'conditions',
    () => client.find<Conditioned>(type, WEB),
    (one) => conditionsOf(one).length === 4,
  );
  assert.deepEqual(conditionsOf(seen), [
    'Conflict=False/NoConflicts',
    'Honoured=False/NotYetHonoured',
    'Ready=True/Exported',
    'Valid=True/Valid',
  ]);
});

test('an export with targetClusters is seen by them and by the exporter only', async (t) => {
  const set = await clusterSet(t, ['a', 'b', 'c']);
  const { client } = set.member('b');
  await client.create(SERVICES, serviceOf(PORTS));
  const spec = { rules: [{ portNumber: 80 }], targetClusters: ['eu/a/default/a'] };
  const object = { apiVersion: 'multicluster.flomesh.io/v1alpha1', kind: 'ServiceExport', metadata: WEB, spec };
  await client.create(typeOf('multicluster.flomesh.io', 'ServiceExport'), object as KubeObject);
  for (const name of ['a', 'b'])
    await eventually(
      `import in ${name}`,
      () => importOf(set.member(name)),
      (one) => one !== undefined,
    );
  assert.equal(await importOf(set.member('c')), undefined);
});

test('where two groups export one service the standard one is heard, the other says so', async (t) => {
  const set = await clusterSet(t, ['a']);
  const { client } = set.member('a');
  const type = typeOf('flomesh.io', 'ServiceExport');
  const spec = { rules: [{ portNumber: 80 }] };
  await client.create(SERVICES, serviceOf(PORTS));
  await client.create(type, {
    apiVersion: 'flomesh.io/v1alpha1',
    kind: 'ServiceExport',
    metadata: WEB,
    spec,
  } as KubeObject);
  await client.create(SERVICE_EXPORTS, serviceExport());
  const seen = await eventually(
    'ignored',
    () => client.find<Conditioned>(type, WEB),
    (one) => conditionsOf(one).includes('Valid=False/Ignored'),
  );
  assert.deepEqual(conditionsOf(seen), ['Valid=False/Ignored']);
  await eventually(
    'both ports',
    () => recordOf(set.member('a')),
    (one) => one?.spec.ports.length === 2,
  );
});

test("an ancestor's policy is judged; ours of the same name goes first", async (t) => {
  const set = await clusterSet(t, ['a']);
  const { client } = set.member('a');
  const type = typeOf('flomesh.io', 'GlobalTrafficPolicy');
  await client.create(type, {
    apiVersion: 'flomesh.io/v1alpha1',
    kind: 'GlobalTrafficPolicy',
    metadata: WEB,
    spec: { lbType: 'ActiveActive' },
  } as KubeObject);
  await eventually(
    'heard',
    () => client.find<Conditioned>(type, WEB),
    (one) => conditionsOf(one).includes('Accepted=True/Accepted'),
  );
  await client.create<GlobalTrafficPolicy>(GLOBAL_TRAFFIC_POLICIES, {
    apiVersion: 'sealane.dev/v1alpha1',
    kind: 'GlobalTrafficPolicy',
    metadata: WEB,
  });
  await eventually(
    'ignored',
    () => client.find<Conditioned>(type, WEB),
    (one) => conditionsOf(one).includes('Accepted=False/Ignored'),
  );
});

test("the kubeconfig in an ancestor's Cluster is not used, and its condition says what to do", async (t) => {
  const set = await clusterSet(t, ['a']);
  const { client } = set.member('a');
  const type = typeOf('flomesh.io', 'Cluster');
  await client.create(type, {
    apiVersion: 'flomesh.io/v1alpha1',
    kind: 'Cluster',
    metadata: { name: 'x' },
    spec: { kubeconfig: 'secret' },
  } as KubeObject);
  const seen = await eventually(
    'condition',
    () => client.find<Conditioned>(type, { name: 'x' }),
    (one) => conditionsOf(one).length > 0,
  );
  assert.deepEqual(conditionsOf(seen), ['Managed=False/UseJoin']);
});

test('a ServiceImport of Karmada is left alone and named, and traffic has its slices', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  const { client } = set.member('a');
  const spec = { type: 'ClusterSetIP', ports: [{ port: 1 }], ips: ['1.2.3.4'] };
  const labels = { 'karmada.io/managed': 'true' };
  const foreign = {
    apiVersion: 'multicluster.x-k8s.io/v1beta1',
    kind: 'ServiceImport',
    metadata: { ...WEB, labels },
    spec,
  };
  await client.create({ ...SERVICE_EXPORTS, plural: 'serviceimports', kind: 'ServiceImport' }, foreign as KubeObject);
  await set.member('b').client.create(SERVICES, serviceOf(PORTS));
  await set.member('b').client.create(SERVICE_EXPORTS, serviceExport());
  const seen = await eventually(
    'named',
    () => importOf(set.member('a')),
    (one) => conditionsOf(one).length > 0,
  );
  assert.deepEqual(conditionsOf(seen), ['Ready=True/ManagedByKarmada']);
  assert.deepEqual(seen?.spec.ips, ['1.2.3.4']);
  const slices = await slicesOf(set.member('a'));
  assert.deepEqual(Object.keys(slices), ['b']);
  const said = JSON.parse(slices['b']?.metadata.annotations?.['sealane.dev/import'] ?? '{}') as ServiceImport['spec'];
  assert.match(said.ips?.[0] ?? '', /^240\.10\./, 'agents read there what the object does not say');
});
