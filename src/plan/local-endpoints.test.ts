import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayModel } from './gateway-model.ts';
import { localEndpoints } from './local-endpoints.ts';
import type { SliceView } from './own-slices.ts';

type Conditions = { ready?: boolean; serving?: boolean; terminating?: boolean };
const READY = { ready: true };
const LEAVING = { ready: false, serving: true, terminating: true };

const slice = (pods: Record<string, Conditions>, more: Partial<SliceView> = {}): SliceView => ({
  metadata: { labels: { 'kubernetes.io/service-name': 'httpbin' } },
  addressType: 'IPv4',
  ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
  endpoints: Object.entries(pods).map(([address, conditions]) => ({
    addresses: [address],
    conditions,
    nodeName: 'n1',
  })),
  ...more,
});
const labelled = (labels: Record<string, string>, annotations = {}) =>
  slice({ '10.0.0.9': READY }, { metadata: { labels, annotations } });
const counts = (...slices: SliceView[]) =>
  localEndpoints(slices).map(({ name, ready, total }) => `${name}=${ready}/${total}`);

test('counts ready endpoints of those that stay', () => {
  assert.deepEqual(counts(slice({ '10.0.0.1': READY, '10.0.0.2': { ready: false }, '10.0.0.3': LEAVING })), [
    'http=1/2',
  ]);
  assert.deepEqual(counts(slice({ '10.0.0.1': {} })), ['http=1/1'], 'unknown reads as ready');
  assert.deepEqual(
    counts(slice({ '10.0.0.1': { ready: true, terminating: true } })),
    ['http=0/0'],
    'terminating is never ready',
  );
});

test('slices that a multi-cluster tool imported are not this cluster', () => {
  for (const foreign of [
    labelled({ 'multicluster.kubernetes.io/source-cluster': 'b' }),
    labelled({}, { 'endpointslice.karmada.io/provision-cluster': 'b' }),
    labelled({ 'endpointslice.kubernetes.io/managed-by': 'member.sealane.dev' }),
    labelled({ 'endpointslice.kubernetes.io/managed-by': 'endpointslice-dispatch-controller.karmada.io' }),
    slice({ 'db.example.org': READY }, { addressType: 'FQDN' }),
    slice({ '10.0.0.1': READY }, { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }),
  ]) {
    assert.deepEqual(counts(foreign), [], JSON.stringify(foreign.metadata));
  }
});

test('a pod with an address of each family is an endpoint of each', () => {
  const slices = [slice({ '10.0.0.1': READY }), slice({ '2001:db8::1': READY }, { addressType: 'IPv6' })];
  const of = (family?: 'IPv4' | 'IPv6') =>
    localEndpoints(slices, family).flatMap(({ pods }) => pods.map(({ address }) => address));
  assert.deepEqual([of('IPv4'), of('IPv6'), of()], [['10.0.0.1'], ['2001:db8::1'], ['10.0.0.1', '2001:db8::1']]);
});

test('slices that a user wrote for a Service without selector count', () => {
  assert.deepEqual(counts(labelled({ 'kubernetes.io/service-name': 'vm' })), ['http=1/1']);
  assert.deepEqual(counts(labelled({ 'endpointslice.kubernetes.io/managed-by': 'my-script' })), ['http=1/1']);
});

test('each port of a slice counts by its name and protocol, target ports may differ between slices', () => {
  const twoPorts = slice(
    { '10.0.0.1': READY },
    { ports: [{ name: '', port: 53, protocol: 'UDP' }, { port: 8081 }, { name: 'all', port: null }] },
  );
  const other = slice({ '10.0.0.2': READY }, { ports: [{ name: null, port: 9090 }] });
  assert.deepEqual(
    localEndpoints([twoPorts, other]).map(({ protocol, pods }) => [
      protocol,
      pods.map((pod) => `${pod.address}:${pod.port}`),
    ]),
    [
      ['TCP', ['10.0.0.1:8081', '10.0.0.2:9090']],
      ['UDP', ['10.0.0.1:53']],
    ],
  );
});

test('an endpoint in two slices counts once, in its better state', () => {
  const [a, b] = [slice({ '10.0.0.1': { ready: false } }), slice({ '10.0.0.1': READY })];
  assert.deepEqual(counts(a, b), ['http=1/1']);
  assert.deepEqual(localEndpoints([a, b]), localEndpoints([b, a]));
});

const record = { namespace: 'demo', name: 'httpbin' };
const exported = (name: string, lanePort?: number, protocol: 'TCP' | 'SCTP' = 'TCP') => ({
  name,
  protocol,
  port: 80,
  ...(lanePort && { lanePort }),
  ready: 1,
  total: 1,
});
const lanes = (pods: Record<string, Conditions>) =>
  gatewayModel(
    [{ ...record, ports: [exported('http', 10_007)] }],
    [{ ...record, ports: localEndpoints([slice(pods)]) }],
  ).flatMap(({ pods: targets }) => targets.map((pod) => `${pod.address}:${pod.port}`));

test('a lane leads to ready pods, to serving-terminating ones only when none is ready, else to nobody', () => {
  assert.deepEqual(lanes({ '10.0.0.1': READY, '10.0.0.2': LEAVING }), ['10.0.0.1:8080']);
  assert.deepEqual(lanes({ '10.0.0.1': { ready: false }, '10.0.0.2': LEAVING }), ['10.0.0.2:8080']);
  assert.deepEqual(lanes({ '10.0.0.1': { ready: false } }), []);
});

test('a lane without pods is there, to refuse; a port that no lane carries is not', () => {
  const model = gatewayModel(
    [
      {
        ...record,
        ports: [exported('b', 10_002), exported('a', 10_001), exported('s', 10_003, 'SCTP'), exported('n')],
      },
    ],
    [],
  );
  assert.deepEqual(
    model.map(({ lanePort, portName, pods }) => [lanePort, portName, pods]),
    [
      [10_001, 'a', []],
      [10_002, 'b', []],
    ],
  );
});

test('lanes of a service with affinity keep their callers, others do not', () => {
  const keeps = (keepsCallers?: boolean) =>
    gatewayModel([{ ...record, ports: [exported('http', 10_007)], ...(keepsCallers && { keepsCallers }) }], []).map(
      (lane) => lane.keepsCallers,
    );
  assert.deepEqual([keeps(true), keeps()], [[true], [false]]);
});
