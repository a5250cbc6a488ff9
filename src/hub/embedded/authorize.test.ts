import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorize, memberUser } from './authorize.ts';

const path = (plural: string, rest: object = {}, group = 'sealane.dev') => ({
  group,
  version: group === '' ? 'v1' : 'v1alpha1',
  plural,
  ...rest,
});
const east = { name: memberUser('east'), groups: ['system:authenticated'] };
const may = (method: string, what: ReturnType<typeof path>) => authorize(east, method, what);

test('a member reads what all publish, and writes its own namespace and status only', () => {
  assert.ok(may('GET', path('clusterexports')));
  assert.ok(may('GET', path('memberclusters', { name: 'west' })));
  assert.ok(may('PATCH', path('clusterexports', { namespace: 'sealane-east', name: 'shop.who' })));
  assert.ok(may('PATCH', path('memberclusters', { name: 'east', subresource: 'status' })));
  assert.ok(may('GET', path('namespaces', { name: 'kube-system' }, '')));

  assert.ok(!may('DELETE', path('clusterexports', { namespace: 'sealane-west', name: 'shop.who' })));
  assert.ok(!may('DELETE', path('clusterexports')));
  assert.ok(!may('PATCH', path('memberclusters', { name: 'west', subresource: 'status' })));
  assert.ok(!may('PATCH', path('memberclusters', { name: 'east' })));
  assert.ok(!may('DELETE', path('memberclusters', { name: 'east' })));
  assert.ok(!may('DELETE', path('namespaces', { name: 'sealane-east' }, '')));
  assert.ok(!may('GET', path('secrets', { namespace: 'sealane-east' }, '')));
});

test('an admin may do everything, a stranger with a certificate of ours nothing', () => {
  const secrets = path('secrets', { namespace: 'default' }, '');
  assert.ok(authorize({ name: 'admin', groups: ['system:masters'] }, 'DELETE', secrets));
  assert.ok(!authorize({ name: 'east', groups: ['system:authenticated'] }, 'GET', path('clusterexports')));
});
