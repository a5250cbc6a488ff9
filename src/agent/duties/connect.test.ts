import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSlice, Service, ServiceImport } from '#api/index.ts';
import { formatIp, silentLog, systemClock } from '#kit/index.ts';
import { ConnectTables } from '../apply/connect-tables.ts';
import { memoryMaps } from '../apply/memory-maps.ts';
import type { ClusterView } from '../watch/cluster-view.ts';
import { ConnectDuty } from './connect.ts';

const SERVICE = 'multicluster.kubernetes.io/service-name';

/** A headless import with one pod in cluster b, behind that lane port. */
function headless(name: string, lanePort: number): { object: ServiceImport; slice: EndpointSlice } {
  const metadata = { namespace: 'demo', name };
  const labels = {
    [SERVICE]: name,
    'multicluster.kubernetes.io/source-cluster': 'b',
    'endpointslice.kubernetes.io/managed-by': 'member.sealane.dev',
    'service.kubernetes.io/headless': '',
  };
  const lanes = JSON.stringify({ '10.245.1.9': { pod: '10.245.1.9', lanes: { sql: lanePort } } });
  const port = { name: 'sql', protocol: 'TCP' as const, port: 5432 };
  return {
    object: {
      apiVersion: 'multicluster.x-k8s.io/v1beta1',
      kind: 'ServiceImport',
      metadata,
      spec: { type: 'Headless', ports: [port] },
    },
    slice: {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, labels, annotations: { 'sealane.dev/lanes': lanes } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.245.1.9'], conditions: { ready: true } }],
      ports: [port],
    },
  };
}

test('one pod behind two services is reached through the other when the first goes', () => {
  const imports = new Map(['db', 'peers'].map((name, i) => [`demo/${name}`, headless(name, 10_000 + i)]));
  const nothing = { get: () => undefined, list: () => [], onChange: () => () => {} };
  const status = { gateways: [{ name: 'g', address: '192.0.2.7' }] };
  const b = { metadata: { name: 'b' }, spec: { transport: 'Plain' }, status };
  const view = {
    services: nothing,
    policies: nothing,
    nodes: nothing,
    compatPolicies: [],
    members: { ...nothing, list: () => [b] },
    imports: { get: (key: string) => imports.get(key)?.object },
    slicesOf: (key: string) => [imports.get(key)?.slice].filter((one) => one !== undefined),
  } as unknown as ClusterView;
  const maps = memoryMaps();
  const duty = new ConnectDuty(
    new ConnectTables(maps, systemClock),
    view,
    { cluster: 'a', node: 'n1', serviceProxy: true },
    silentLog,
  );
  const reached = () =>
    [...maps.vips.entries()].map(([{ address, port }, service]) => {
      const slot = maps.shares.get(maps.tiers.get(maps.services.get(service).first).first);
      const backend = maps.backends.get(maps.groups.get(slot).first);
      return `${formatIp(address)}:${port} → ${backend && formatIp(backend.address)}:${backend?.port}`;
    });

  for (const key of imports.keys()) duty.reconcile(key);
  assert.deepEqual(reached(), ['10.245.1.9:5432 → 192.0.2.7:10000']);
  imports.delete('demo/db');
  duty.reconcile('demo/db');
  assert.deepEqual(reached(), ['10.245.1.9:5432 → 192.0.2.7:10001']);
  imports.delete('demo/peers');
  duty.reconcile('demo/peers');
  assert.deepEqual(reached(), []);
});

/** A Service with ten pods; the last of a later round is another one. */
function served(i: number, round = 0): { readonly service: Service; readonly slice: EndpointSlice } {
  const metadata = { namespace: 'demo', name: `s${i}` };
  const ports = [{ name: 'http', protocol: 'TCP' as const, port: 80 }];
  const last = (pod: number) => (pod === 9 ? round : 0);
  return {
    service: { apiVersion: 'v1', kind: 'Service', metadata, spec: { clusterIP: `10.96.0.${i + 1}`, ports } } as Service,
    slice: {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': metadata.name } },
      addressType: 'IPv4',
      endpoints: Array.from({ length: 10 }, (_, pod) => ({ addresses: [`10.${last(pod)}.${i}.${pod}`] })),
      ports,
    },
  };
}

test('one changed pod among two hundred services costs the range of its service and one word', () => {
  const objects = new Map(Array.from({ length: 200 }, (_, i) => [`demo/s${i}`, served(i)]));
  const nothing = { get: () => undefined, list: () => [], onChange: () => () => {} };
  const view = {
    policies: nothing,
    nodes: nothing,
    members: nothing,
    imports: nothing,
    compatPolicies: [],
    services: { get: (key: string) => objects.get(key)?.service },
    slicesOf: (key: string) => [objects.get(key)?.slice].filter((one) => one !== undefined),
  } as unknown as ClusterView;
  const maps = memoryMaps();
  const tables = new ConnectTables(maps, systemClock);
  const duty = new ConnectDuty(tables, view, { cluster: 'a', node: 'n1', serviceProxy: true }, silentLog);
  const reconcileAll = () => {
    for (const key of objects.keys()) duty.reconcile(key);
  };
  reconcileAll();
  assert.equal(maps.stores.backends, 2_000);
  const before = { ...maps.stores };
  objects.set('demo/s7', served(7, 1));
  reconcileAll();
  assert.deepEqual(maps.stores, { ...before, backends: before.backends + 10, groups: before.groups + 1 });
});
