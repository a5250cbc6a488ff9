import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slicesOf } from './slices.ts';
import { aPod, aService } from './testing.ts';

const zones = new Map([['node-1', 'a']]);

test('a ready pod is an endpoint with its node, zone, and the number of its named port', () => {
  const [slice, ...more] = slicesOf(aService(), [aPod('one')], zones);
  assert.equal(more.length, 0);
  assert.deepEqual(slice?.ports, [{ name: 'web', protocol: 'TCP', port: 8080 }]);
  assert.deepEqual(slice?.endpoints, [
    {
      addresses: ['10.244.1.2'],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: 'node-1',
      zone: 'a',
      targetRef: { kind: 'Pod', namespace: 'demo', name: 'one', uid: 'uid-one' },
    },
  ]);
  assert.equal(slice?.metadata.labels?.['kubernetes.io/service-name'], 'web');
  assert.equal(slice?.metadata.labels?.['endpointslice.kubernetes.io/managed-by'], 'endpointslice-controller.k8s.io');
});

const conditionsOf = (service: ReturnType<typeof aService>, pod: ReturnType<typeof aPod>) =>
  slicesOf(service, [pod], zones)[0]?.endpoints[0]?.conditions;

test('a pod on its way out serves, but is not ready', () => {
  const pod = aPod('one', { metadata: { name: 'one', deletionTimestamp: '2026-01-01T00:00:00Z' } });
  assert.deepEqual(conditionsOf(aService(), pod), { ready: false, serving: true, terminating: true });
});

test('a pod that is not ready is published when the Service asks for that', () => {
  const pod = aPod('one', { ready: false });
  assert.deepEqual(conditionsOf(aService(), pod), { ready: false, serving: false, terminating: false });
  const published = aService({ publishNotReadyAddresses: true });
  assert.deepEqual(conditionsOf(published, pod), { ready: true, serving: false, terminating: false });
});

test('pods whose named port has another number get a slice of their own', () => {
  const other = aPod('two', {
    spec: { containers: [{ name: 'web', ports: [{ name: 'http', containerPort: 9090 }] }] },
  });
  const slices = slicesOf(aService(), [aPod('one'), other], zones);
  assert.deepEqual(new Set(slices.map(({ ports }) => ports?.[0]?.port)), new Set([8080, 9090]));
  assert.equal(new Set(slices.map(({ metadata }) => metadata.name)).size, 2);
});

test('nobody behind a Service is said with an empty slice', () => {
  const ended = aPod('one', { status: { phase: 'Succeeded', podIP: '10.244.1.2' } });
  for (const pods of [[], [ended]]) {
    const slices = slicesOf(aService(), pods, zones);
    assert.deepEqual(
      slices.map(({ endpoints }) => endpoints),
      [[]],
    );
  }
});

test('a hundred endpoints fill a slice', () => {
  const pods = Array.from({ length: 250 }, (_, i) => aPod(`pod-${i}`));
  const slices = slicesOf(aService(), pods, zones);
  assert.deepEqual(
    slices.map(({ endpoints }) => endpoints.length),
    [100, 100, 50],
  );
});

test('a Service of both families has slices of each, with the addresses of that family alone', () => {
  const both = aService({ ipFamilies: ['IPv6', 'IPv4'] });
  const podIPs = [{ ip: '10.244.1.2' }, { ip: 'fd00:10:244:1::2' }];
  const pods = [aPod('one', { status: { podIP: '10.244.1.2', podIPs } }), aPod('two')];
  const slices = slicesOf(both, pods, zones);
  const said = slices.map(({ addressType, endpoints }) => [addressType, endpoints.flatMap((it) => it.addresses)]);
  assert.deepEqual(said, [
    ['IPv6', ['fd00:10:244:1::2']],
    ['IPv4', ['10.244.1.2', '10.244.1.2']],
  ]);
  assert.equal(new Set(slices.map(({ metadata }) => metadata.name)).size, 2);
});

test('a Service of a family that no pod has gets an empty slice of it', () => {
  const slices = slicesOf(aService({ ipFamilies: ['IPv6'] }), [aPod('one')], zones);
  assert.deepEqual(
    slices.map(({ addressType, endpoints }) => [addressType, endpoints]),
    [['IPv6', []]],
  );
});
