import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyDefaults, checkStructural, type Json, type Schema, validate } from '#objects/index.ts';
import { crds } from './crds.ts';
import { rbac } from './rbac.ts';

interface Version {
  readonly name: string;
  readonly storage: boolean;
  readonly served: boolean;
  readonly schema: { readonly openAPIV3Schema: Schema };
}

interface Column {
  readonly jsonPath: string;
}

const all = crds({ role: 'member' });
const versionsOf = (name: string) =>
  (all.find(({ metadata }) => metadata.name.startsWith(`${name}.`))?.spec['versions'] ?? []) as readonly Version[];
const schemaOf = (name: string) => versionsOf(name)[0]?.schema.openAPIV3Schema as Schema;

test('every schema is structural and says what each field is for', () => {
  for (const { metadata, spec } of all) {
    for (const { schema } of spec['versions'] as readonly Version[]) {
      assert.deepEqual(checkStructural(schema.openAPIV3Schema), [], metadata.name);
      for (const path of undescribed(schema.openAPIV3Schema, ''))
        assert.fail(`${metadata.name}: ${path} has no description`);
    }
  }
});

test('no column of ours is of a list: kubectl shows the first value alone', () => {
  const columns = all
    .filter(({ metadata }) => metadata.name.endsWith('.sealane.dev'))
    .flatMap(({ spec }) => spec['versions'] as readonly { readonly additionalPrinterColumns: readonly Column[] }[])
    .flatMap(({ additionalPrinterColumns }) => additionalPrinterColumns);
  assert.ok(columns.length > 10);
  assert.deepEqual(
    columns.filter(({ jsonPath }) => jsonPath.includes('*')),
    [],
  );
});

function undescribed(schema: Schema, path: string): string[] {
  const here = schema.description || path === '' || path === '.metadata' || path.endsWith('[]') ? [] : [path];
  const below = Object.entries(schema.properties ?? {}).flatMap(([name, one]) =>
    undescribed(one as Schema, `${path}.${name}`),
  );
  const items = schema.items ? undescribed(schema.items as Schema, `${path}[]`) : [];
  return [...here, ...below, ...items];
}

test('both versions of the Multi-Cluster Services kinds are served, v1beta1 is stored', () => {
  for (const kind of ['serviceexports', 'serviceimports']) {
    const versions = versionsOf(kind).map(({ name, served, storage }) => `${name} ${served} ${storage}`);
    assert.deepEqual(versions, ['v1alpha1 true false', 'v1beta1 true true']);
  }
});

test('an empty policy has the documented defaults', () => {
  const object = { apiVersion: 'sealane.dev/v1alpha1', kind: 'GlobalTrafficPolicy', metadata: { name: 'x' } };
  const { spec } = applyDefaults(schemaOf('globaltrafficpolicies'), object) as unknown as { readonly spec: unknown };
  assert.deepEqual(spec, {
    lbType: 'Locality',
    appliesTo: ['ClusterSet'],
    failover: { minReadyPercent: 0, overflow: 140 },
    ejection: { consecutiveFailures: 3, baseSeconds: 5, maxPercent: 50 },
    connections: { onEject: 'Keep' },
  });
});

test('a wrong word, a wrong type and an empty key are refused with the path', () => {
  const spec = { lbType: 'Sometimes', targets: [{ clusterKey: '', weight: 'x' }] };
  const object = { apiVersion: 'sealane.dev/v1alpha1', kind: 'GlobalTrafficPolicy', metadata: { name: 'x' }, spec };
  const paths = validate(schemaOf('globaltrafficpolicies'), object as unknown as Json).map(({ path }) => path);
  for (const path of ['spec.lbType', 'spec.targets[0].clusterKey', 'spec.targets[0].weight']) {
    assert.ok(
      paths.some((one) => one.endsWith(path)),
      `${path} in ${paths.join(' ')}`,
    );
  }
});

test('a hub needs our two kinds only, and a member account there writes its own namespace and status', () => {
  assert.deepEqual(
    crds({ role: 'hub' }).map(({ metadata }) => metadata.name),
    ['memberclusters.sealane.dev', 'clusterexports.sealane.dev'],
  );
  const manifests = rbac({ role: 'hub', member: 'a' });
  const writes = manifests
    .filter(({ kind }) => kind === 'ClusterRole')
    .filter(({ metadata }) => metadata.name === 'sealane-member-a')
    .flatMap(
      (role) =>
        (role as unknown as { rules: { resources: string[]; verbs: string[]; resourceNames?: string[] }[] }).rules,
    )
    .filter(({ verbs }) => verbs.some((verb) => ['update', 'patch', 'delete'].includes(verb)));
  assert.deepEqual(
    writes.map(({ resources, resourceNames }) => [resources, resourceNames]),
    [[['memberclusters/status'], ['a']]],
  );
});

test('what is handed out can be changed without changing what the next one gets', () => {
  const [first] = crds({ role: 'hub' });
  Object.assign(first?.metadata ?? {}, { name: 'spoiled' });
  assert.equal(crds({ role: 'hub' })[0]?.metadata.name, 'memberclusters.sealane.dev');
});
