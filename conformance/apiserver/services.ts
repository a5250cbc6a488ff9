import assert from 'node:assert/strict';
import { test } from 'node:test';
import { service } from './objects.ts';
import type { Stage } from './suite.ts';

export function serviceCases(stage: () => Stage): void {
  const fresh = async () => {
    const { api, namespace } = stage();
    return { api, path: `/api/v1/namespaces/${await namespace()}/services` };
  };

  test('a service gets an address of its own and the defaults of upstream', async () => {
    const { api, path } = await fresh();
    const { body } = await api.post(path, service('a'));
    const { clusterIP, ports, ...rest } = body.spec;
    assert.match(clusterIP, /^10\./);
    assert.deepEqual(ports, [{ port: 80, protocol: 'TCP', targetPort: 80 }]);
    assert.deepEqual(rest, {
      clusterIPs: [clusterIP],
      internalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      sessionAffinity: 'None',
      type: 'ClusterIP',
    });
    const { body: other } = await api.post(path, service('b'));
    assert.notEqual(other.spec.clusterIP, clusterIP);
  });

  test('an address that is taken, foreign or nonsense is refused; a freed one is free', async () => {
    const { api, path } = await fresh();
    const { body } = await api.post(path, service('a'));
    const { clusterIP } = body.spec;
    for (const address of [clusterIP, '192.0.2.1', 'nonsense'])
      assert.equal((await api.post(path, service('b', { clusterIP: address }))).status, 422, address);
    await api.delete(`${path}/a`);
    assert.equal((await api.post(path, service('b', { clusterIP }))).body.spec.clusterIP, clusterIP);
  });

  test('an address stays: an update without one keeps it, with another one is refused', async () => {
    const { api, path } = await fresh();
    const { body } = await api.post(path, service('a'));
    const kept = await api.put(`${path}/a`, service('a', { ports: [{ port: 81 }] }));
    assert.deepEqual([kept.status, kept.body.spec.clusterIP], [200, body.spec.clusterIP]);
    const moved = await api.patch(`${path}/a`, 'merge', { spec: { clusterIP: '10.96.200.200' } });
    assert.equal(moved.status, 422);
    assert.match(moved.body.message, /may not change once set|must hold the value/);
  });

  test('a headless service has none, an ExternalName neither address nor ports', async () => {
    const { api, path } = await fresh();
    const { body: headless } = await api.post(path, service('h', { clusterIP: 'None' }));
    assert.deepEqual([headless.spec.clusterIP, headless.spec.clusterIPs], ['None', ['None']]);
    const external = { type: 'ExternalName', externalName: 'example.com', ports: undefined };
    const { status, body } = await api.post(path, service('e', external));
    assert.deepEqual([status, 'clusterIP' in body.spec], [201, false]);
    assert.equal((await api.post(path, service('f', { type: 'ExternalName' }))).status, 422);
  });

  test('node ports are given out, once each and in their range', async () => {
    const { api, path } = await fresh();
    const { body } = await api.post(path, service('a', { type: 'NodePort' }));
    const { nodePort } = body.spec.ports[0];
    assert.ok(nodePort >= 30_000 && nodePort <= 32_767);
    const asking = (port: number) => service('b', { type: 'NodePort', ports: [{ port: 80, nodePort: port }] });
    assert.equal((await api.post(path, asking(nodePort))).status, 422);
    assert.equal((await api.post(path, asking(80))).status, 422);
    const { body: kept } = await api.put(`${path}/a`, service('a', { type: 'NodePort' }));
    assert.equal(kept.spec.ports[0].nodePort, nodePort);
    const { body: plain } = await api.patch(`${path}/a`, 'merge', {
      spec: { type: 'ClusterIP', ports: [{ port: 80 }] },
    });
    assert.equal(plain.spec.ports[0].nodePort, undefined);
  });

  test('ports are needed, and several need names of their own', async () => {
    const { api, path } = await fresh();
    const two = (a?: string, b?: string) => [
      { name: a, port: 80 },
      { name: b, port: 81 },
    ];
    for (const ports of [undefined, two(), two('x', 'x'), [{ port: 0 }], [{ port: 70_000 }]])
      assert.equal((await api.post(path, service('a', { ports }))).status, 422, JSON.stringify(ports));
    assert.equal((await api.post(path, service('a', { ports: two('x', 'y') }))).status, 201);
  });
}
