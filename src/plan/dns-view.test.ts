import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DnsImport, dnsView } from './dns-view.ts';

const service = (name: string, namespace = 'demo') => ({ namespace, name });
const imported = (name: string, ips: string[], type: DnsImport['type'] = 'ClusterSetIP'): DnsImport => ({
  ...service(name),
  type,
  ips,
});

test('an import is a name with its addresses, and the names above it exist', () => {
  const view = dnsView({ imports: [imported('httpbin', ['240.10.1.1'])] });
  assert.deepEqual(view.records, {
    'clusterset.local': [],
    'demo.svc.clusterset.local': [],
    'httpbin.demo.svc.clusterset.local': ['240.10.1.1'],
    'svc.clusterset.local': [],
  });
});

test('an import without address, or headless, has no name yet', () => {
  const view = dnsView({ imports: [imported('waiting', []), imported('db', ['240.10.1.1'], 'Headless')] });
  assert.deepEqual(view.records, { 'clusterset.local': [] });
});

test('the ordinary name is taken over where a policy says so and no Service has it', () => {
  const imports = [
    imported('gone', ['240.10.1.1']),
    imported('here', ['240.10.1.2']),
    imported('plain', ['240.10.1.3']),
  ];
  const view = dnsView({
    imports,
    ordinaryNames: [service('gone'), service('here')],
    localServices: [service('here')],
  });
  assert.deepEqual(view.overrides, { 'gone.demo.svc.cluster.local': ['240.10.1.1'] });
});

test('zone and cluster domain may be others', () => {
  const view = dnsView({
    imports: [imported('a', ['240.10.1.1'])],
    ordinaryNames: [service('a')],
    zone: 'set.example',
    clusterDomain: 'k8s.example',
  });
  assert.deepEqual(view.records['a.demo.svc.set.example'], ['240.10.1.1']);
  assert.deepEqual(Object.keys(view.overrides), ['a.demo.svc.k8s.example']);
});

test('the serial moves with the content and with nothing else', () => {
  const [a, b] = [imported('a', ['240.10.1.1']), imported('b', ['240.10.1.2'])];
  assert.deepEqual(dnsView({ imports: [b, a] }), dnsView({ imports: [a, b] }));
  assert.notEqual(dnsView({ imports: [a] }).serial, dnsView({ imports: [a, b] }).serial);
});

test('survives the file it is written to', () => {
  const view = dnsView({ imports: [imported('a', ['240.10.1.1'])] });
  assert.deepEqual(JSON.parse(JSON.stringify(view)), view);
});
