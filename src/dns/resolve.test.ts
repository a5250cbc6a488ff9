import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dnsView } from '#plan/index.ts';
import { resolve } from './resolve.ts';

const service = (name: string, namespace = 'demo') => ({ namespace, name });
const snapshot = dnsView({
  imports: [
    { ...service('httpbin'), type: 'ClusterSetIP', ips: ['240.10.1.1', '240.10.1.2', '240.10.1.3'] },
    { ...service('waiting'), type: 'ClusterSetIP', ips: [] },
    { ...service('governed', 'shop'), type: 'ClusterSetIP', ips: ['240.10.1.9'] },
    { ...service('local', 'shop'), type: 'ClusterSetIP', ips: ['240.10.1.8'] },
  ],
  ordinaryNames: [service('governed', 'shop'), service('local', 'shop')],
  localServices: [service('local', 'shop')],
});
const TYPES = { A: 1, AAAA: 28, SRV: 33, ANY: 255 };
const ask = (name: string, type: keyof typeof TYPES = 'A', random = 0) =>
  resolve({ name, type: TYPES[type], class: 1 }, snapshot, () => random);

test('answers an imported service with its addresses, turned by chance', () => {
  const first = (random: number) => {
    const answer = ask('httpbin.demo.svc.clusterset.local', 'A', random);
    return answer.kind === 'answer' ? [answer.addresses.length, (answer.addresses[0] ?? 0) & 255] : [];
  };
  assert.deepEqual(
    [first(0), first(0.4), first(0.99)],
    [
      [3, 1],
      [3, 2],
      [3, 3],
    ],
  );
});

test('says "no such type" where the name exists', () => {
  for (const name of [
    'httpbin.demo.svc.clusterset.local',
    'demo.svc.clusterset.local',
    'svc.clusterset.local',
    'clusterset.local',
  ]) {
    assert.deepEqual(
      ask(name, 'AAAA'),
      { kind: 'answer', rcode: 'NOERROR', addresses: [], zone: 'clusterset.local' },
      name,
    );
  }
});

test('says "no such name" for everything else below the zone', () => {
  for (const name of [
    'nobody.demo.svc.clusterset.local',
    'waiting.demo.svc.clusterset.local',
    'cluster-1.httpbin.demo.svc.clusterset.local',
    'demo.clusterset.local',
    'constructor.clusterset.local',
  ]) {
    assert.deepEqual(ask(name), { kind: 'answer', rcode: 'NXDOMAIN', addresses: [], zone: 'clusterset.local' }, name);
  }
});

test('answers the ordinary name where a policy governs it and the cluster has no such Service', () => {
  const answer = ask('governed.shop.svc.cluster.local');
  assert.equal(answer.kind === 'answer' && answer.addresses.length, 1);
  assert.deepEqual(ask('governed.shop.svc.cluster.local', 'AAAA'), {
    kind: 'answer',
    rcode: 'NOERROR',
    addresses: [],
    zone: 'cluster.local',
  });
  assert.equal(ask('local.shop.svc.cluster.local').kind, 'forward');
  assert.equal(ask('httpbin.demo.svc.cluster.local').kind, 'forward');
});

test('leaves every other name, and every class but IN, to the cluster DNS', () => {
  for (const name of [
    'example.org',
    'kubernetes.default.svc.cluster.local',
    'notclusterset.local',
    '',
    'constructor',
  ]) {
    assert.equal(ask(name).kind, 'forward', name);
  }
  assert.equal(resolve({ name: 'clusterset.local', type: 16, class: 3 }, snapshot, () => 0).kind, 'forward');
});

test('before the first snapshot it says so for its own zone and forwards the rest', () => {
  const early = (name: string) => resolve({ name, type: 1, class: 1 }, undefined, () => 0).kind;
  assert.deepEqual([early('a.b.svc.clusterset.local'), early('example.org')], ['unavailable', 'forward']);
});
