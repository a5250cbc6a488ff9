import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEASES, MEMBER_CLUSTERS, NODES, SERVICE_IMPORTS, SERVICES } from '#api/index.ts';
import { isFault, systemClock } from '#kit/index.ts';
import { createClient } from '#kube/index.ts';
import { startSmallServer } from '#kube/test-server.ts';
import { clusterFacts } from './cluster-facts.ts';

const AHEAD_MS = 50_000;

test('ranges, versions and the clock of a cluster are read, of both families, what is forbidden named', async (t) => {
  const server = await startSmallServer({
    missing: new Set(['servicecidrs']),
    intercept(request, response) {
      if (request.url === '/version') {
        response.setHeader('date', new Date(Date.now() + AHEAD_MS).toUTCString());
        response.end('{"gitVersion":"v1.36.0"}');
        return true;
      }
      if (!request.url?.includes('memberclusters') || request.method !== 'GET') return false;
      response.statusCode = 403;
      response.end('{}');
      return true;
    },
  });
  const client = createClient({ server: server.url });
  t.after(async () => {
    client.close();
    await server.close();
  });
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n1' },
    spec: { podCIDRs: ['10.244.1.0/24', 'fd00:1::/64'] },
    status: {
      addresses: [
        { type: 'InternalIP', address: '192.0.2.7' },
        { type: 'InternalIP', address: 'fd00:2::7' },
        { type: 'Hostname', address: 'n1' },
      ],
    },
  };
  const service = (name: string, ...clusterIPs: string[]) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'shop', name },
    spec: { clusterIP: clusterIPs[0], clusterIPs },
  });
  const imported = (name: string, ...ips: string[]) => ({
    apiVersion: 'multicluster.x-k8s.io/v1beta1',
    kind: 'ServiceImport',
    metadata: { namespace: 'shop', name },
    spec: { type: 'ClusterSetIP', ports: [], ips },
  });
  const agent = (node: string, version: string, ageMs: number) => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      namespace: 'sealane-system',
      name: `agent-${node}`,
      labels: { 'sealane.dev/agent': 'true' },
      annotations: { 'sealane.dev/version': version },
    },
    spec: { holderIdentity: node, renewTime: new Date(Date.now() + AHEAD_MS - ageMs).toISOString() },
  });
  await client.create(NODES, node);
  await client.create(SERVICES, service('web', '10.96.0.9', 'fd00:96::9'));
  await client.create(SERVICES, service('headless', 'None'));
  await client.create(SERVICE_IMPORTS, imported('web', '240.10.1.7', 'fd00:240::107'));
  await client.create(SERVICE_IMPORTS, imported('derived', '10.96.0.9'));
  await client.create(LEASES, agent('n1', '0.1.0', 5000));
  await client.create(LEASES, agent('gone', '0.0.1', 3_600_000));

  const facts = await clusterFacts(client, systemClock);
  assert.equal(facts.version, 'v1.36.0');
  assert.ok(Math.abs(facts.skewMs - AHEAD_MS) < 10_000, `${facts.skewMs} ms`);
  assert.deepEqual(facts.ranges, [
    { what: 'pods', range: '10.244.1.0/24' },
    { what: 'pods', range: 'fd00:1::/64' },
    { what: 'nodes', range: '192.0.2.7/32' },
    { what: 'nodes', range: 'fd00:2::7/128' },
    { what: 'services', range: '10.96.0.9/32' },
    { what: 'services', range: 'fd00:96::9/128' },
  ]);
  assert.deepEqual(facts.vips, ['240.10.1.7', 'fd00:240::107'], 'the address of a derived Service is the cluster’s');
  assert.deepEqual(facts.versions, { 'agent n1': '0.1.0' }, 'an agent that is gone has no version');
  assert.deepEqual(facts.unread, [MEMBER_CLUSTERS.plural]);
});

test('a cluster that does not answer is an error', async () => {
  const client = createClient({ server: 'http://127.0.0.1:9' });
  await assert.rejects(clusterFacts(client, systemClock), (error) => isFault(error, 'kube/unreachable'));
  client.close();
});
