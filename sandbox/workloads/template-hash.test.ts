import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PodTemplate } from './kinds.ts';
import { templateHash } from './template-hash.ts';

const template: PodTemplate = {
  metadata: { labels: { app: 'web', tier: 'front' } },
  spec: { containers: [{ name: 'c', image: 'nginx' }] },
};

test('a template is known by its content, whatever the order of its fields and whatever is null', () => {
  const same = {
    spec: { containers: [{ image: 'nginx', name: 'c' }] },
    metadata: { creationTimestamp: null, labels: { tier: 'front', app: 'web' } },
  } as unknown as PodTemplate;
  assert.equal(templateHash(same), templateHash(template));
});

test('any change of a pod makes another template', () => {
  const other = { ...template, spec: { containers: [{ name: 'c', image: 'nginx:2' }] } };
  assert.notEqual(templateHash(other), templateHash(template));
});
