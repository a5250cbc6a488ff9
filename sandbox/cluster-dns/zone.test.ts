import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSlice, Service } from '#api/index.ts';
import { answerName, type ZoneSource } from './zone.ts';

const service = (name: string, spec: Service['spec']): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'demo' },
  spec,
});
const services = new Map([
  ['both', service('both', { clusterIP: '10.96.0.8', clusterIPs: ['10.96.0.8', 'fd00:10:96::8'] })],
  ['web', service('web', { clusterIP: '10.96.0.7' })],
  ['db', service('db', { clusterIP: 'None' })],
  ['idle', service('idle', { clusterIP: 'None' })],
]);
const slice: EndpointSlice = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'db-1', namespace: 'demo' },
  addressType: 'IPv4',
  endpoints: [
    { addresses: ['10.244.1.2'], hostname: 'db-0' },
    { addresses: ['10.244.1.3'], conditions: { ready: false }, hostname: 'db-1' },
    { addresses: ['10.244.1.4'] },
  ],
};
const sixes: EndpointSlice = {
  ...slice,
  addressType: 'IPv6',
  endpoints: [{ addresses: ['fd00::1:2'], hostname: 'db-0' }, { addresses: ['fd00::1:4'] }],
};
const source: ZoneSource = {
  service: (namespace, name) => (namespace === 'demo' ? services.get(name) : undefined),
  slices: (_, name) => (name === 'db' ? [slice, sixes] : []),
  hasNamespace: (name) => name === 'demo',
};
const ask = (name: string) => {
  const { rcode, addresses } = answerName(name, 'cluster.local', source);
  return rcode === 'NOERROR' ? addresses : rcode;
};

test('a Service has its cluster address', () => {
  assert.deepEqual(ask('web.demo.svc.cluster.local'), ['10.96.0.7']);
  assert.deepEqual(ask('both.demo.svc.cluster.local'), ['10.96.0.8', 'fd00:10:96::8']);
});

test('a headless one has those of its ready pods, and names for them', () => {
  assert.deepEqual(ask('db.demo.svc.cluster.local'), ['10.244.1.2', '10.244.1.4', 'fd00::1:2', 'fd00::1:4']);
  assert.deepEqual(ask('db-0.db.demo.svc.cluster.local'), ['10.244.1.2', 'fd00::1:2']);
  assert.deepEqual(ask('fd00--1-4.db.demo.svc.cluster.local'), ['fd00::1:4']);
  assert.deepEqual(ask('10-244-1-4.db.demo.svc.cluster.local'), ['10.244.1.4']);
  assert.deepEqual(ask('db-1.db.demo.svc.cluster.local'), 'NXDOMAIN');
});

test('what is not there is denied; what is above something is empty', () => {
  for (const name of [
    'nope.demo.svc',
    'web.other.svc',
    'x.web.demo.svc',
    'other.svc',
    'x',
    'a.b.db.demo.svc',
    'idle.demo.svc',
  ])
    assert.equal(ask(`${name}.cluster.local`), 'NXDOMAIN', name);
  for (const name of ['cluster.local', 'svc.cluster.local', 'demo.svc.cluster.local'])
    assert.deepEqual(ask(name), [], name);
});

test('nothing outside the cluster is known', () => {
  assert.equal(ask('example.com'), 'NXDOMAIN');
  assert.equal(ask('notcluster.local'), 'NXDOMAIN');
  assert.equal(answerName('example.com', 'cluster.local', source).authoritative, false);
});
