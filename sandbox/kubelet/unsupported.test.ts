import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unsupported } from './unsupported.ts';

const container = { name: 'c', image: 'nginx' };

test('a container that mounts volumes is refused by their names, not run without them', () => {
  const mounting = { ...container, volumeMounts: [{ name: 'config', mountPath: '/etc/app' }] };
  assert.match(unsupported(mounting) ?? '', /not mounted here: config/);
});

test('anything else may run', () => {
  assert.equal(unsupported(container), undefined);
});
