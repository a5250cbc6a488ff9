import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSlice, ServiceImport } from '#api/index.ts';
import { formatIp } from '#kit/index.ts';
import type { Member } from '#plan/index.ts';
import { importedCluster } from './imported-cluster.ts';
import { compileService, type Site } from './service-tables.ts';

const member = (name: string): Member => ({
  name,
  region: 'eu',
  zone: name,
  group: 'default',
  drained: false,
  removed: false,
  transport: 'Plain',
  gateways: [1, 2].map((i) => ({ name: `g${i}`, address: `192.0.2.${i}`, weight: 100 })),
});
const site: Site = {
  cluster: 'a',
  node: 'n1',
  serviceProxy: true,
  members: new Map(['a', 'b'].map((name) => [name, member(name)])),
  reachable: ({ gateways }) => gateways.length > 0,
};
const ports = [
  { name: 'sql', protocol: 'TCP' as const, port: 5432 },
  { name: 'gossip', protocol: 'UDP' as const, port: 7000 },
];
const serviceImport: ServiceImport = {
  apiVersion: 'multicluster.x-k8s.io/v1beta1',
  kind: 'ServiceImport',
  metadata: { namespace: 'demo', name: 'db' },
  spec: { type: 'Headless', ports },
};
const slice = (cluster: string, address: string, lanes: Record<string, number>): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    namespace: 'demo',
    name: `db.${cluster}.ipv4`,
    labels: {
      'multicluster.kubernetes.io/source-cluster': cluster,
      'endpointslice.kubernetes.io/managed-by': 'member.sealane.dev',
      'service.kubernetes.io/headless': '',
    },
    annotations: { 'sealane.dev/lanes': JSON.stringify({ [address]: { pod: '10.244.1.9', lanes } }) },
  },
  addressType: 'IPv4',
  endpoints: [{ addresses: [address], conditions: { ready: true } }],
  ports: [
    { name: 'sql', protocol: 'TCP', port: 15432 },
    { name: 'gossip', protocol: 'UDP', port: 7000 },
  ],
});

/** `address:port/protocol → backend, …` of each entry. */
function entries(...slices: EndpointSlice[]): string[] {
  const imported = slices.map((one) => importedCluster(one) ?? assert.fail('an imported slice is one'));
  const { desired } = compileService(site, {
    name: { namespace: 'demo', name: 'db' },
    slices: [],
    serviceImport,
    imported,
  });
  return desired.map(({ address, port, protocol, groups, ownsAddress }) => {
    const backends = groups.flatMap((group) => group.backends).map((one) => `${formatIp(one.address)}:${one.port}`);
    assert.ok(ownsAddress, 'other ports of the address are refused, not let out');
    return `${formatIp(address)}:${port}/${protocol} → ${backends.join(' ')}`;
  });
}

test('a pod of another cluster is reached through its own lane ports, by the port of the pod and by that of the service', () => {
  assert.deepEqual(entries(slice('b', '241.2.0.1', { sql: 10_001, gossip: 10_002 })), [
    '241.2.0.1:15432/TCP → 192.0.2.1:10001 192.0.2.2:10001',
    '241.2.0.1:7000/UDP → 192.0.2.1:10002 192.0.2.2:10002',
    '241.2.0.1:5432/TCP → 192.0.2.1:10001 192.0.2.2:10001',
  ]);
});

test('a port without a lane, a pod at home and a pod of an unknown member have no entry', () => {
  assert.deepEqual(
    entries(slice('b', '241.2.0.1', { gossip: 10_002 })).map((one) => one.slice(0, 20)),
    ['241.2.0.1:7000/UDP →'],
  );
  assert.deepEqual(entries(slice('a', '10.244.1.9', { sql: 10_001 })), []);
  assert.deepEqual(entries(slice('x', '241.9.0.1', { sql: 10_001 })), []);
});
