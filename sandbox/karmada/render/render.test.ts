import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyObject, ResourceBinding } from '../types.ts';
import { covers } from './covers.ts';
import { render } from './render.ts';

const binding: ResourceBinding = {
  apiVersion: 'work.karmada.io/v1alpha2',
  kind: 'ResourceBinding',
  metadata: { name: 'web-deployment', namespace: 'demo' },
  spec: { resource: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
};
const deployment = (more: Partial<AnyObject['metadata']> = {}): AnyObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'web',
    namespace: 'demo',
    uid: 'u-1',
    generation: 3,
    resourceVersion: '77',
    finalizers: ['x'],
    labels: { app: 'web', 'propagationpolicy.karmada.io/permanent-id': 'p' },
    annotations: { 'propagationpolicy.karmada.io/name': 'p', note: 'kept' },
    ...more,
  },
  spec: { replicas: 5, selector: { matchLabels: { app: 'web' } } },
  status: { readyReplicas: 1 },
});

test('a member gets its share of replicas, and nothing that only the hub knows', () => {
  const made = render(deployment(), binding, { name: 'cluster-1', replicas: 2 });
  assert.equal(made.spec?.['replicas'], 2);
  assert.equal(made.status, undefined);
  assert.deepEqual(Object.keys(made.metadata).toSorted(), ['annotations', 'labels', 'name', 'namespace']);
  assert.deepEqual(made.metadata.labels, { app: 'web', 'karmada.io/managed': 'true' });
  const { 'sealane.dev/rendered': hash, ...annotations } = made.metadata.annotations ?? {};
  assert.match(hash ?? '', /^[0-9a-f]+$/);
  assert.deepEqual(annotations, {
    note: 'kept',
    'resourcetemplate.karmada.io/uid': 'u-1',
    'resourcetemplate.karmada.io/generation': '3',
    'work.karmada.io/name': 'web-deployment',
    'work.karmada.io/namespace': 'karmada-es-cluster-1',
  });
});

test('a Service gets its address from the member, unless it is headless', () => {
  const service = (clusterIP: string): AnyObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'demo' },
    spec: { clusterIP, clusterIPs: [clusterIP], ports: [{ port: 80 }] },
  });
  const specOf = (clusterIP: string) => render(service(clusterIP), binding, { name: 'cluster-1' }).spec;
  assert.deepEqual(specOf('10.96.3.4'), { ports: [{ port: 80 }] });
  assert.deepEqual(specOf('None'), { clusterIP: 'None', clusterIPs: ['None'], ports: [{ port: 80 }] });
});

test('replicas that a member scales by itself stay, where the label says so', () => {
  const template = deployment({ labels: { 'resourcetemplate.karmada.io/retain-replicas': 'true' } });
  const there = { ...deployment(), spec: { replicas: 9 } };
  const target = { name: 'cluster-1', replicas: 2 };
  assert.equal(render(template, binding, target, { present: there }).spec?.['replicas'], 9);
  assert.equal(render(deployment(), binding, target, { present: there }).spec?.['replicas'], 2);
});

test('what the member filled in is no difference, what was changed or taken away is', () => {
  const wanted = { spec: { replicas: 2, ports: [{ port: 80 }], strategy: {} } };
  assert.ok(covers({ spec: { replicas: 2, ports: [{ port: 80, protocol: 'TCP' }] }, status: {} }, wanted));
  assert.ok(!covers({ spec: { replicas: 3, ports: [{ port: 80 }] } }, wanted));
  assert.ok(!covers({ spec: { replicas: 2, ports: [{ port: 80 }, { port: 81 }] } }, wanted));
  assert.ok(!covers({ spec: { replicas: 2 } }, wanted));
});

test('a changed template is seen although the member still holds all of it', () => {
  const target = { name: 'cluster-1', replicas: 2 };
  const before = render(deployment({ annotations: { a: '1', b: '2' } }), binding, target);
  const after = render(deployment({ annotations: { a: '1' } }), binding, target);
  assert.ok(!covers(before, after));
});
