import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyObject, KarmadaCluster, Overriders, OverridePolicy } from '../types.ts';
import { override } from './override.ts';
import { overrideImage } from './override-image.ts';
import { unsupportedOverride } from './unsupported-override.ts';

const cluster = (name: string, region?: string): KarmadaCluster => ({
  apiVersion: 'cluster.karmada.io/v1alpha1',
  kind: 'Cluster',
  metadata: { name },
  spec: region === undefined ? {} : { region },
});
const east = cluster('east', 'eu');

const web: AnyObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'demo', labels: { app: 'web' } },
  spec: {
    replicas: 2,
    template: { spec: { containers: [{ name: 'c', image: 'docker.io/library/nginx:1.27', args: ['-a', '-b'] }] } },
  },
};

function policy(name: string, overriders: Overriders, more: object = {}, namespace?: string): OverridePolicy {
  return {
    apiVersion: 'policy.karmada.io/v1alpha1',
    kind: namespace === undefined ? 'ClusterOverridePolicy' : 'OverridePolicy',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: { overrideRules: [{ overriders }], ...more },
  };
}

const label = (value: string): Overriders => ({ labelsOverrider: [{ operator: 'add', value: { tier: value } }] });
const tierOf = (...policies: OverridePolicy[]) => override(web, east, policies).metadata.labels?.['tier'];
const containerOf = ({ spec }: AnyObject) =>
  (spec as { template: { spec: { containers: Record<string, unknown>[] } } }).template.spec.containers[0];

test('policies of the namespace come after those of the whole set, and by name among themselves', () => {
  assert.equal(tierOf(policy('a', label('namespace'), {}, 'demo'), policy('z', label('cluster'))), 'namespace');
  assert.equal(tierOf(policy('b', label('b')), policy('a', label('a'))), 'b');
});

test('another namespace, another kind, another cluster: nothing is changed', () => {
  assert.equal(tierOf(policy('a', label('x'), {}, 'other')), undefined);
  assert.equal(
    tierOf(policy('a', label('x'), { resourceSelectors: [{ apiVersion: 'v1', kind: 'Service' }] })),
    undefined,
  );
  const rule = { overriders: label('x'), targetCluster: { clusterNames: ['west'] } };
  assert.equal(tierOf(policy('a', {}, { overrideRules: [rule] })), undefined);
  const selectors = { resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }] };
  assert.equal(tierOf(policy('a', label('x'), selectors)), 'x');
});

test('the rules of a policy are for the clusters that each means, one after the other', () => {
  const overrideRules = [
    { targetCluster: { clusterNames: ['east'] }, overriders: label('one') },
    { targetCluster: { clusterNames: ['west'] }, overriders: label('two') },
    {
      targetCluster: { fieldSelector: { matchExpressions: [{ key: 'region', operator: 'In', values: ['eu'] }] } },
      overriders: { labelsOverrider: [{ operator: 'add', value: { region: 'eu' } }] },
    },
  ] as const;
  const made = override(web, east, [policy('a', {}, { overrideRules })]);
  assert.deepEqual(made.metadata.labels, { app: 'web', tier: 'one', region: 'eu' });
});

test('overriders of one rule: image first, plaintext last', () => {
  const made = override(web, east, [
    policy('a', {
      plaintext: [{ path: '/spec/template/spec/containers/0/image', operator: 'replace', value: 'last' }],
      imageOverrider: [{ component: 'Tag', operator: 'replace', value: '2' }],
      argsOverrider: [
        { containerName: 'c', operator: 'remove', value: ['-a'] },
        { containerName: 'c', operator: 'add', value: ['-c'] },
      ],
      commandOverrider: [{ containerName: 'c', operator: 'add', value: ['run'] }],
      annotationsOverrider: [{ operator: 'replace', value: { absent: 'stays so' } }],
    }),
  ]);
  assert.deepEqual(containerOf(made), { name: 'c', image: 'last', args: ['-b', '-c'], command: ['run'] });
  assert.deepEqual(made.metadata.annotations, {});
  assert.equal(containerOf(web)?.['image'], 'docker.io/library/nginx:1.27');
});

test('each part of an image', () => {
  const image = (
    from: string,
    component: 'Registry' | 'Repository' | 'Tag',
    operator: 'add' | 'replace' | 'remove',
    value = '',
  ) => overrideImage(from, { component, operator, value });
  assert.equal(image('nginx:1', 'Registry', 'add', 'r.example:5000'), 'r.example:5000/nginx:1');
  assert.equal(image('r.example:5000/a/nginx', 'Registry', 'remove'), 'a/nginx');
  assert.equal(image('r.example/a/nginx:1', 'Repository', 'replace', 'b/httpd'), 'r.example/b/httpd:1');
  assert.equal(image('nginx', 'Repository', 'add', '-slim'), 'nginx-slim');
  assert.equal(image('nginx:1', 'Tag', 'add', '.27'), 'nginx:1.27');
  assert.equal(image('nginx:1', 'Tag', 'replace', 'sha256:00'), 'nginx@sha256:00');
  assert.equal(image('nginx@sha256:00', 'Tag', 'remove'), 'nginx');
});

test('text inside of a field is changed as JSON or as YAML', () => {
  const config: AnyObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c', namespace: 'demo' },
    data: { 'a.json': '{"level":1}', 'b.yaml': 'level: 1\n' },
  } as AnyObject;
  const change = [{ subPath: '/level', operator: 'replace', value: 2 }] as const;
  const made = override(config, east, [
    policy('a', {
      fieldOverrider: [
        { fieldPath: '/data/a.json', json: change },
        { fieldPath: '/data/b.yaml', yaml: change },
      ],
    }),
  ]);
  assert.deepEqual((made as unknown as { data: object }).data, { 'a.json': '{"level":2}', 'b.yaml': 'level: 2\n' });
});

test('what cannot be applied is said with the policy’s name, and so is a changed identity', () => {
  const missing = policy('a', { plaintext: [{ path: '/spec/none/x', operator: 'replace', value: 1 }] }, {}, 'demo');
  assert.throws(() => override(web, east, [missing]), {
    code: 'karmada/override',
    message: /OverridePolicy demo\/a: .*\/spec\/none/,
  });
  const renamed = policy('a', { plaintext: [{ path: '/metadata/name', operator: 'replace', value: 'x' }] });
  assert.throws(
    () => override(web, east, [renamed]),
    /makes apps\/v1 Deployment demo\/x of apps\/v1 Deployment demo\/web/,
  );
});

test('what is not done is named by its path', () => {
  const spec = {
    targetCluster: {},
    overriders: { plaintext: [] },
    overrideRules: [{ overriders: { cue: 'x', argsOverrider: [{ operator: 'replace' }] }, when: 1 }],
  };
  assert.deepEqual(unsupportedOverride(spec), [
    'targetCluster is not supported',
    'overriders is not supported',
    'overrideRules[0].when is not supported',
    'overrideRules[0].overriders.cue is not supported',
    'overrideRules[0].overriders.argsOverrider[0].operator: "replace" is not supported',
  ]);
  assert.throws(() => override(web, east, [policy('a', { cue: 'x' } as Overriders)]), /cue is not supported/);
});
