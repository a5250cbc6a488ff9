import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from '#kit/index.ts';
import type { AnyObject, ImageOverrider, KarmadaCluster, Overriders, OverridePolicy } from '../types.ts';
import { override } from './override.ts';
import { overrideImage } from './override-image.ts';
import { valueAt } from './paths.ts';

const east: KarmadaCluster = {
  apiVersion: 'cluster.karmada.io/v1alpha1',
  kind: 'Cluster',
  metadata: { name: 'east' },
  spec: {},
};

const word = fc.stringMatching(/^[a-z0-9]{1,6}$/);
const image = fc.record({
  registry: fc.constantFrom('', 'r.example/', 'r.example:5000/'),
  repository: word,
  version: fc.oneof(
    fc.constantFrom('', '@sha256:00', ':1@sha256:00'),
    word.map((tag) => `:${tag}`),
  ),
});

test('one part of an image is changed and the others stay', () => {
  const change = (from: string, component: ImageOverrider['component'], value: string) =>
    overrideImage(from, { component, operator: 'replace', value });
  fc.assert(
    fc.property(image, word, ({ registry, repository, version }, value) => {
      const from = `${registry}${repository}${version}`;
      assert.equal(change(from, 'Repository', value), `${registry}${value}${version}`);
      assert.equal(change(from, 'Tag', value), `${registry}${repository}:${value}`);
      assert.equal(change(from, 'Registry', value), `${value}/${repository}${version}`);
      assert.equal(overrideImage(from, { component: 'Repository', operator: 'add' }), from);
    }),
  );
});

test('a path leads to what was put there, and never beyond the object', () => {
  const pointer = (steps: readonly string[]) =>
    steps.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  const step = fc.oneof(fc.string(), fc.constantFrom('~1', '~', '/', '__proto__', 'constructor', 'length', ''));
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const object = steps.reduceRight<object>((inner, key) => Object.fromEntries([[key, inner]]), { found: 'x' });
      assert.equal(valueAt(object as never, pointer([...steps, 'found'])), 'x');
      assert.equal(valueAt({}, pointer(steps.length === 0 ? ['toString'] : steps)), undefined);
      assert.equal(valueAt([], pointer(['__proto__', ...steps])), undefined);
    }),
  );
});

const path = fc.constantFrom(
  '/spec',
  '/spec/containers',
  '/spec/containers/0/image',
  '/metadata',
  '/data/a',
  '/x~2',
  '',
  '/-',
  'a',
);
const json = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>('{"a":1}', '- 1', '{', '*a', '&a [*a]', ['-x']),
);
const operator = fc.constantFrom('add', 'replace', 'remove');

test('any override of any object is done, or refused in the policy’s name', () => {
  const overriders = fc.record(
    {
      plaintext: fc.array(fc.record({ path, operator, value: json })),
      imageOverrider: fc.array(
        fc.record({ component: fc.constantFrom('Tag', 'Registry'), operator, value: fc.string() }),
      ),
      argsOverrider: fc.array(fc.record({ containerName: fc.constant('c'), operator, value: json })),
      labelsOverrider: fc.array(fc.record({ operator, value: json })),
      fieldOverrider: fc.array(
        fc.record({ fieldPath: path, yaml: fc.array(fc.record({ subPath: path, operator, value: json })) }),
      ),
    },
    { requiredKeys: [] },
  );
  const metadata = { name: 'web', namespace: 'demo' };
  fc.assert(
    fc.property(overriders, json, json, json, (wanted, spec, data, labels) => {
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, labels }, spec, data: { a: data } };
      const policy: OverridePolicy = {
        apiVersion: 'policy.karmada.io/v1alpha1',
        kind: 'OverridePolicy',
        metadata: { name: 'any', namespace: 'demo' },
        spec: { overrideRules: [{ overriders: wanted as Overriders }] },
      };
      try {
        const { name, namespace } = override(pod as unknown as AnyObject, east, [policy]).metadata;
        assert.deepEqual({ name, namespace }, metadata);
      } catch (error) {
        assert.ok(isFault(error, 'karmada/override'), String(error));
      }
    }),
    { numRuns: 1000 },
  );
});
