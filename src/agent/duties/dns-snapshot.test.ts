import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceImport } from '#api/index.ts';
import type { ClusterView } from '../watch/cluster-view.ts';
import { snapshotOf } from './dns-snapshot.ts';

const imported = (name: string, spec: ServiceImport['spec']) => ({ metadata: { namespace: 'demo', name }, spec });
const nothing = { list: () => [], get: () => undefined };

/** A cluster that has these imports and nothing else. */
function viewOf(...imports: ReturnType<typeof imported>[]): ClusterView {
  const view = { services: nothing, policies: nothing, compatPolicies: [], imports: { list: () => imports } };
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

test('a headless import has no name while its slices carry no endpoints', () => {
  const view = viewOf(imported('db', { type: 'Headless', ports: [{ port: 5432 }] }));
  assert.equal('db.demo.svc.clusterset.local' in snapshotOf(view).records, false);
});
