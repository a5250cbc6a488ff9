import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLUSTER_EXPORTS, NAMESPACES } from '#api/index.ts';
import { silentLog, systemClock } from '#kit/index.ts';
import { startTestServer } from '../../member/test-api-server.ts';
import { watchCluster } from './cluster-view.ts';

function record(namespace: string, name: string, cluster: string) {
  return {
    apiVersion: 'sealane.dev/v1alpha1',
    kind: 'ClusterExport',
    metadata: { namespace, name },
    spec: {
      cluster,
      service: { namespace: 'demo', name: 'web' },
      type: 'ClusterSetIP',
      ipFamilies: ['IPv4'],
      ports: [{ name: 'http', protocol: 'TCP', port: 80, lanePort: 10_000, ready: 1, total: 1 }],
    },
  };
}

test('on a cluster that is the hub too, only the records of this cluster lead to pods', async (t) => {
  const server = await startTestServer('member');
  const client = server.client();
  for (const name of ['demo', 'sealane-a', 'sealane-b']) {
    await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  await client.create(CLUSTER_EXPORTS, record('sealane-a', 'demo.web', 'a'));
  await client.create(CLUSTER_EXPORTS, record('sealane-b', 'demo.web', 'b'));
  await client.create(CLUSTER_EXPORTS, record('demo', 'web', 'a'));
  const view = watchCluster(client, { clock: systemClock, log: silentLog }, 'n1');
  t.after(async () => {
    view.stop();
    client.close();
    await server.close();
  });
  await view.whenSynced(AbortSignal.timeout(10_000));
  assert.deepEqual([...view.exports.keys()], ['demo/web']);
  assert.ok(!view.serviceNames().has('sealane-b/demo.web'));
});
