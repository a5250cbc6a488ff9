import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSlice, ServiceImport } from '#api/index.ts';
import type { ClusterView } from '../watch/cluster-view.ts';
import { snapshotOf } from './dns-snapshot.ts';

const imported = (name: string, spec: ServiceImport['spec']) => ({ metadata: { namespace: 'demo', name }, spec });
const nothing = { list: () => [], get: () => undefined };

/** A cluster that has these imports and nothing else. @param drained `namespace/name` of what member b is drained of */
function viewOf(
  one: ReturnType<typeof imported>,
  slices: readonly EndpointSlice[] = [],
  drained: readonly string[] = [],
): ClusterView {
  const imports = { keys: () => ['demo/x'], get: () => one };
  const members = { get: (name: string) => (name === 'b' ? { spec: { drainServices: drained } } : undefined) };
  const view = { services: nothing, policies: nothing, compatPolicies: [], members, imports, slicesOf: () => slices };
  return view as unknown as ClusterView;
}

test('an import’s addresses and ports become names', () => {
  const ports = [{ name: 'dns', protocol: 'UDP' as const, port: 53 }, { port: 80 }];
  const { records, services } = snapshotOf(
    viewOf(imported('httpbin', { type: 'ClusterSetIP', ips: ['240.10.1.1'], ports })),
  );
  const name = 'httpbin.demo.svc.clusterset.local';
  assert.deepEqual(records[name], ['240.10.1.1']);
  assert.deepEqual(services[name]?.ports, [{ name: 'dns', protocol: 'UDP', port: 53 }, { port: 80 }]);
});

const headless = imported('db', { type: 'Headless', ports: [{ port: 5432 }] });

/** A slice as the member writes it: a pod by hostname, one without, and one that is not ready. */
const podsOf = (cluster: string, lanes: object = {}): EndpointSlice => ({
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
    annotations: { 'sealane.dev/lanes': JSON.stringify(lanes) },
  },
  addressType: 'IPv4',
  endpoints: [
    { addresses: ['241.2.0.1'], hostname: 'db-0', conditions: { ready: true } },
    { addresses: ['241.2.0.2'], conditions: { ready: true } },
    { addresses: ['241.2.0.3'], hostname: 'db-2', conditions: { ready: false } },
  ],
  ports: [{ name: '', protocol: 'TCP', port: 5432 }],
});

test('ready pods of a headless import have names, by hostname or by the address that they have at home', () => {
  const { records, services } = snapshotOf(viewOf(headless, [podsOf('b', { '241.2.0.2': { pod: '10.244.1.9' } })]));
  const name = 'db.demo.svc.clusterset.local';
  assert.deepEqual(records[name], ['241.2.0.1', '241.2.0.2']);
  assert.deepEqual(records[`db-0.b.${name}`], ['241.2.0.1']);
  assert.deepEqual(services[name]?.targets, [`10-244-1-9.b.${name}`, `db-0.b.${name}`]);
  assert.equal(`db-2.b.${name}` in records, false);
});

test('pods of a cluster that is drained of the service are not what its name leads to', () => {
  const slices = [podsOf('b'), { ...podsOf('c'), endpoints: [{ addresses: ['241.3.0.1'], hostname: 'db-0' }] }];
  const addresses = (...drained: string[]) =>
    snapshotOf(viewOf(headless, slices, drained)).records['db.demo.svc.clusterset.local'];
  assert.deepEqual(addresses('demo/db'), ['241.3.0.1']);
  assert.deepEqual(addresses('demo/other'), ['241.2.0.1', '241.2.0.2', '241.3.0.1']);
});

test('a headless import has no name while no pod is ready', () => {
  assert.equal('db.demo.svc.clusterset.local' in snapshotOf(viewOf(headless)).records, false);
});

test('where the ServiceImport is another tool’s, names are what the slices say', () => {
  const foreign = imported('web', { type: 'ClusterSetIP', ips: ['1.2.3.4'], ports: [{ port: 1 }] });
  const said = JSON.stringify({ type: 'ClusterSetIP', ips: ['240.10.1.1'], ports: [{ port: 80 }] });
  const slice = podsOf('b');
  const annotated = { ...slice, metadata: { ...slice.metadata, annotations: { 'sealane.dev/import': said } } };
  const { records } = snapshotOf(viewOf(foreign, [annotated]));
  assert.deepEqual(records['web.demo.svc.clusterset.local'], ['240.10.1.1']);
});
