import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DnsEndpoint, DnsImport } from './dns-model.ts';
import { dnsView } from './dns-view.ts';

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
    'dns-version.clusterset.local': [],
    'httpbin.demo.svc.clusterset.local': ['240.10.1.1'],
    'svc.clusterset.local': [],
  });
});

test('an import without address, or headless without a ready endpoint, has no name', () => {
  const ports = [{ name: 'http', port: 80 }];
  const view = dnsView({
    imports: [
      { ...imported('waiting', []), ports },
      { ...imported('db', ['240.10.1.1'], 'Headless'), ports },
      { ...imported('none', [], 'Headless'), ports, endpoints: [{ cluster: 'a', addresses: [] }] },
    ],
  });
  assert.deepEqual(Object.keys(view.records), ['clusterset.local', 'dns-version.clusterset.local']);
  assert.deepEqual(view.services, {});
});

test('says the version of the schema', () => {
  assert.deepEqual(dnsView({ imports: [] }).texts, { 'dns-version.clusterset.local': ['1.0.0'] });
});

const endpoint = (cluster: string, address: string, more: Partial<DnsEndpoint> = {}): DnsEndpoint => ({
  cluster,
  addresses: [address],
  ...more,
});

test('a headless import has the addresses of all clusters, and a name for each endpoint of each', () => {
  const endpoints = [
    endpoint('b', '10.244.1.9'),
    endpoint('a', '10.244.1.7', { hostname: 'DB-0' }),
    endpoint('a', '240.10.7.1', { podAddress: '10.244.1.8' }),
    endpoint('a', '10.244.1.6', { hostname: 'db-0' }),
    endpoint('b', '10.244.1.5', { hostname: 'no_label' }),
  ];
  const view = dnsView({
    imports: [{ ...imported('db', [], 'Headless'), endpoints, ports: [{ name: 'Sql', port: 5432 }] }],
  });
  const below = 'db.demo.svc.clusterset.local';
  const named = Object.entries(view.records).filter(([name]) => name.endsWith(below));
  assert.deepEqual(Object.fromEntries(named), {
    [below]: ['10.244.1.5', '10.244.1.6', '10.244.1.7', '10.244.1.9', '240.10.7.1'],
    [`a.${below}`]: [],
    [`b.${below}`]: [],
    [`db-0.a.${below}`]: ['10.244.1.6', '10.244.1.7'],
    [`10-244-1-8.a.${below}`]: ['240.10.7.1'],
    [`10-244-1-9.b.${below}`]: ['10.244.1.9'],
    [`10-244-1-5.b.${below}`]: ['10.244.1.5'],
  });
  assert.deepEqual(view.services[below], {
    ports: [{ name: 'sql', port: 5432 }],
    targets: [`10-244-1-5.b.${below}`, `10-244-1-8.a.${below}`, `10-244-1-9.b.${below}`, `db-0.a.${below}`],
  });
});

test('an endpoint that leaves has its own name still, and the service’s as long as no other has it', () => {
  const leaving = endpoint('a', '10.244.1.7', { hostname: 'db-0', leaving: true });
  const below = 'db.demo.svc.clusterset.local';
  const of = (...endpoints: DnsEndpoint[]) => {
    const one = { ...imported('db', [], 'Headless'), endpoints, ports: [{ port: 5432 }] };
    const { records, services } = dnsView({ imports: [one] });
    return [records[below], services[below]?.targets, records[`db-0.a.${below}`]];
  };
  const named = `db-0.a.${below}`;
  assert.deepEqual(of(leaving), [['10.244.1.7'], [named], ['10.244.1.7']]);
  const other = endpoint('b', '10.244.1.9', { hostname: 'db-0' });
  assert.deepEqual(of(leaving, other), [['10.244.1.9'], [`db-0.b.${below}`], ['10.244.1.7']]);
});

test('an endpoint whose name would be too long is found by the service alone', () => {
  const long = { namespace: 'n'.repeat(63), name: 's'.repeat(63), type: 'Headless' as const, ips: [] };
  const endpoints = [endpoint('c'.repeat(48), '10.244.1.7', { hostname: 'h'.repeat(63) }), endpoint('c', '10.244.1.8')];
  const view = dnsView({ imports: [{ ...long, endpoints, ports: [{ port: 1 }] }] });
  const service = `${long.name}.${long.namespace}.svc.clusterset.local`;
  assert.deepEqual(view.records[service], ['10.244.1.7', '10.244.1.8']);
  assert.deepEqual(view.services[service]?.targets, [`10-244-1-8.c.${service}`]);
});

test('the ordinary name has the ports too', () => {
  const ports = [{ name: 'http', protocol: 'TCP' as const, port: 80 }];
  const view = dnsView({ imports: [{ ...imported('gone', ['240.10.1.1']), ports }], ordinaryNames: [service('gone')] });
  assert.deepEqual(view.services, {
    'gone.demo.svc.cluster.local': { ports: [{ name: 'http', port: 80 }] },
    'gone.demo.svc.clusterset.local': { ports: [{ name: 'http', port: 80 }] },
  });
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
