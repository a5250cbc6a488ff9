import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkStructural, type Schema } from '#objects/index.ts';
import { compilePort, type Exporter } from '#plan/index.ts';
import { choose, clusterVerdict, compatCrds, compatTypes, readServiceExport, readTrafficPolicy } from './index.ts';

const meta = { metadata: { name: 'httpbin', namespace: 'demo' } };
const exportOf = (spec: object) => ({ apiVersion: 'flomesh.io/v1alpha1', kind: 'ServiceExport', ...meta, spec });
const policyOf = (spec: object, apiVersion = 'flomesh.io/v1alpha1') =>
  readTrafficPolicy({ apiVersion, kind: 'GlobalTrafficPolicy', ...meta, spec });
const at = (cluster: string): Exporter => ({
  cluster,
  region: 'default',
  zone: 'default',
  group: 'default',
  ready: 2,
  total: 2,
  eligible: true,
});

function goesTo(spec: object, self: string, ...exporters: string[]) {
  const { policy } = policyOf(spec);
  return compilePort({ self, calledAs: 'Service', policy, exporters: exporters.map(at) }).compiled.map((tier) =>
    Object.fromEntries(tier.map(({ cluster, weight }) => [cluster, weight])),
  );
}

test("the published demo's export exports its port, and says that the path is not honoured yet", () => {
  const read = readServiceExport(
    exportOf({
      serviceAccountName: '*',
      loadBalancer: 'RoundRobinLoadBalancer',
      rules: [{ portNumber: 8080, path: '/cluster-1/httpbin', pathType: 'Prefix' }],
    }),
  );
  assert.deepEqual(read.portNumbers, [8080]);
  assert.equal(read.targetClusters, undefined);
  assert.deepEqual(
    read.problems.map(({ path, reason }) => [path, reason]),
    [['spec.rules[0].path', 'NotYetHonoured']],
  );
});

test('every HTTP field that asks for something is named, one that asks for nothing is not', () => {
  const asking = exportOf({
    rules: [
      { portNumber: 80, path: '/a', pathType: 'Exact' },
      { portNumber: 80, path: '/', pathType: 'Prefix' },
    ],
    pathRewrite: { from: '^/a', to: '/' },
    sessionSticky: true,
    loadBalancer: 'HashingLoadBalancer',
    serviceAccountName: 'curl',
  });
  assert.deepEqual(
    readServiceExport(asking).problems.map(({ path }) => path),
    ['spec.rules[0].path', 'spec.pathRewrite', 'spec.sessionSticky', 'spec.loadBalancer', 'spec.serviceAccountName'],
  );
  assert.deepEqual(readServiceExport(exportOf({ sessionSticky: false, pathRewrite: {} })), { problems: [] });
});

test('several rules for one port export it once; an empty list of targets means everybody', () => {
  const rules = [{ portNumber: 8080 }, { portNumber: 80 }, { portNumber: 8080 }];
  assert.deepEqual(readServiceExport(exportOf({ rules, targetClusters: [] })), {
    portNumbers: [80, 8080],
    problems: [],
  });
  const targetClusters = ['default/default/default/cluster-2'];
  assert.deepEqual(readServiceExport(exportOf({ targetClusters })).targetClusters, targetClusters);
});

test('a target that cannot be read is said, and means nobody', () => {
  const { problems } = readServiceExport(exportOf({ targetClusters: ['cluster-2', 'default/cluster-2'] }));
  assert.deepEqual(
    problems.map(({ path, reason }) => [path, reason]),
    [['spec.targetClusters[1]', 'MalformedKey']],
  );
});

test('ActiveActive shares by weight: a missing weight is 100, and 0 is none', () => {
  const targets = [
    { clusterKey: 'default/default/default/cluster-1', weight: 0 },
    { clusterKey: 'default/default/default/cluster-3' },
  ];
  assert.deepEqual(goesTo({ lbType: 'ActiveActive', targets }, 'cluster-2', 'cluster-1', 'cluster-3'), [
    { 'cluster-3': 1 },
  ]);
  assert.equal(policyOf({ lbType: 'ActiveActive', targets }).policy.targets[1]?.weight, 100);
});

test('Locality stays at home, and one target pins it', () => {
  assert.deepEqual(goesTo({}, 'cluster-2', 'cluster-1', 'cluster-3'), []);
  const targets = [{ clusterKey: 'default/default/default/cluster-3' }];
  assert.deepEqual(goesTo({ lbType: 'Locality', targets }, 'cluster-2', 'cluster-1', 'cluster-3'), [
    { 'cluster-3': 1 },
  ]);
});

test('never goes to a cluster that the policy does not list', () => {
  const targets = [{ clusterKey: 'default/default/default/cluster-1' }];
  for (const lbType of ['FailOver', 'ActiveActive', 'Locality']) {
    assert.deepEqual(goesTo({ lbType, targets }, 'cluster-2', 'cluster-3'), [], lbType);
  }
});

test('governs the ordinary name as well', () => {
  assert.deepEqual(policyOf({}).policy.appliesTo, ['ClusterSet', 'Service']);
});

test('an unknown lbType is said, not guessed', () => {
  const [problem] = policyOf({ lbType: 'Random' }).problems;
  assert.equal(problem?.path, 'spec.lbType');
  assert.match(problem?.message ?? '', /"Random", expected one of Locality, FailOver, ActiveActive/);
});

test('where several groups speak of one service the newest is heard, and the others are told', () => {
  const claims = (['flomesh.io', 'sealane.dev', 'multicluster.flomesh.io'] as const).map((origin) => ({
    origin,
    value: origin,
  }));
  const chosen = choose(claims);
  assert.equal(chosen?.winner.origin, 'sealane.dev');
  assert.deepEqual(
    chosen?.ignored.map(({ origin, reason }) => [origin, reason]),
    [
      ['multicluster.flomesh.io', 'Ignored'],
      ['flomesh.io', 'Ignored'],
    ],
  );
  assert.match(chosen?.ignored[1]?.message ?? '', /flomesh\.io object is ignored: the sealane\.dev object/);
  assert.equal(choose(claims.slice(0, 1))?.winner.origin, 'flomesh.io');
  assert.equal(choose([]), undefined);
  assert.equal(policyOf({}, 'multicluster.flomesh.io/v1alpha1').policy.origin, 'multicluster.flomesh.io');
});

test('a Cluster is answered with how to join', () => {
  const { type, status, reason } = clusterVerdict();
  assert.deepEqual([type, status, reason], ['Managed', 'False', 'UseJoin']);
});

test('prints six structural definitions, without short names', () => {
  const definitions = compatCrds();
  assert.deepEqual(
    definitions.map(({ metadata }) => metadata.name),
    compatTypes().map(({ plural, group }) => `${plural}.${group}`),
  );
  for (const { metadata, spec } of definitions) {
    const { versions, names } = spec as {
      versions: { schema: { openAPIV3Schema: Schema } }[];
      names: { shortNames: string[] };
    };
    assert.deepEqual(names.shortNames, []);
    assert.deepEqual(checkStructural(versions[0]?.schema.openAPIV3Schema ?? {}), [], metadata.name);
  }
});
