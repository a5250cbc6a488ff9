import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { gatewayModel } from './gateway-model.ts';
import { headlessEndpoints } from './headless-endpoints.ts';
import { localEndpoints } from './local-endpoints.ts';
import { mergeExports } from './merge-exports.ts';
import type { SliceView } from './own-slices.ts';

interface Pod {
  readonly address: string;
  readonly hostname?: string;
  readonly ready?: boolean;
  readonly terminating?: boolean;
}

const slice = (
  pods: readonly Pod[],
  ports: SliceView['ports'] = [{ name: 'sql', protocol: 'TCP', port: 5432 }],
): SliceView => ({
  metadata: { labels: { 'kubernetes.io/service-name': 'db' } },
  addressType: 'IPv4',
  ports,
  endpoints: pods.map(({ address, hostname, ready = true, terminating = false }) => ({
    addresses: [address],
    conditions: { ready, terminating },
    ...(hostname && { hostname }),
  })),
});
const named = (...slices: SliceView[]) =>
  headlessEndpoints(slices).endpoints.map(
    ({ name, podAddress, ready }) => `${name} ${podAddress}${ready ? '' : ' not ready'}`,
  );

test('a pod is named by its hostname when it alone has it, else by its address', () => {
  const alone = [
    { address: '10.0.0.2', hostname: 'db-1' },
    { address: '10.0.0.1', hostname: 'db-0' },
    { address: '10.0.0.3' },
  ];
  assert.deepEqual(named(slice(alone)), ['10.0.0.3 10.0.0.3', 'db-0 10.0.0.1', 'db-1 10.0.0.2']);
  const twins = [
    { address: '10.0.0.2', hostname: 'db' },
    { address: '10.0.0.1', hostname: 'db' },
  ];
  assert.deepEqual(named(slice(twins)), ['10.0.0.1 10.0.0.1', '10.0.0.2 10.0.0.2']);
});

test('pods that are not ready are there, those that end are not', () => {
  const pods = [
    { address: '10.0.0.1', ready: false },
    { address: '10.0.0.2', terminating: true },
  ];
  assert.deepEqual(named(slice(pods)), ['10.0.0.1 10.0.0.1 not ready']);
});

test('a pod in two slices has the ports of both and is ready if one says so; one without ports is a pod too', () => {
  const [pod] = headlessEndpoints([
    slice([{ address: '10.0.0.1', ready: false }]),
    slice([{ address: '10.0.0.1' }], [{ name: 'admin', protocol: 'TCP', port: 81 }]),
  ]).endpoints;
  assert.deepEqual([pod?.ready, pod?.ports.map(({ port }) => port)], [true, [81, 5432]]);
  assert.deepEqual(headlessEndpoints([slice([{ address: '10.0.0.1' }], [])]).endpoints[0]?.ports, []);
});

test('more pods than may be exported are counted, the ready ones come first', () => {
  const pods = [{ address: '10.0.0.1', ready: false }, { address: '10.0.0.2' }, { address: '10.0.0.3' }];
  const { endpoints, leftOut } = headlessEndpoints([slice(pods)], 2);
  assert.deepEqual([endpoints.map(({ name }) => name), leftOut], [['10.0.0.2', '10.0.0.3'], 1]);
});

test('a lane port of an endpoint leads to that pod alone, ready or not; that of the service to any ready one', () => {
  const slices = [slice([{ address: '10.0.0.1', ready: false }, { address: '10.0.0.2' }])];
  const port = { name: 'sql', protocol: 'TCP' as const, port: 5432, ready: 1, total: 2, lanePort: 10_000 };
  const endpoint = (podAddress: string, lanePort: number) => ({
    name: podAddress,
    podAddress,
    ready: true,
    ports: [{ name: 'sql', port: 5432, lanePort }],
  });
  const own = {
    namespace: 'demo',
    name: 'db',
    ports: [port],
    endpoints: [endpoint('10.0.0.1', 10_001), endpoint('10.0.0.9', 10_002)],
  };
  const lanes = gatewayModel([own], [{ namespace: 'demo', name: 'db', ports: localEndpoints(slices) }]);
  assert.deepEqual(
    lanes.map(({ lanePort, pods }) => [lanePort, ...pods.map(({ address }) => address)]),
    [[10_000, '10.0.0.2'], [10_001, '10.0.0.1'], [10_002]],
  );
});

test('endpoints serve a merged port under its merged name, and none that their cluster lost', () => {
  const record = (cluster: string, portName: string, port: number, exportedAt: string) => ({
    namespace: 'demo',
    name: 'db',
    cluster,
    type: 'Headless' as const,
    ipFamilies: ['IPv4' as const],
    exportedAt,
    ports: [{ name: portName, protocol: 'TCP' as const, port, ready: 1, total: 1 }],
    endpoints: [
      { name: 'db-0', podAddress: '10.0.0.1', ready: true, ports: [{ name: portName, port: 1, lanePort: 10_000 }] },
    ],
  });
  const merged = mergeExports(
    [
      record('a', 'sql', 5432, '2026-01-01T00:00:00Z'),
      record('b', 'db', 5432, '2026-01-02T00:00:00Z'),
      record('c', 'sql', 3306, '2026-01-03T00:00:00Z'),
    ],
    'a',
  );
  const ports = merged?.serving.map(({ endpoints }) => endpoints.flatMap((one) => one.ports.map(({ name }) => name)));
  assert.deepEqual(ports, [['sql'], ['sql'], []]);
});

test('the order of slices and of the pods in them changes nothing', () => {
  const pod = fc.record({
    address: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3'),
    hostname: fc.constantFrom('', 'db-0', 'db-1'),
    ready: fc.boolean(),
    terminating: fc.boolean(),
  });
  const ports = fc.constantFrom(
    [{ name: 'sql', port: 1 }],
    [{ name: 'sql', port: 2 }],
    [{ name: 'admin', port: 3 }],
    [],
  );
  const slices = fc.array(fc.tuple(fc.array(pod, { maxLength: 4 }), ports), { maxLength: 4 });
  const shuffled = slices.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
  );
  fc.assert(
    fc.property(shuffled, ([some, others]) => {
      const of = (all: typeof some, turned: boolean) =>
        headlessEndpoints(
          all.map(([pods, has]) => slice(turned ? pods.toReversed() : pods, has)),
          2,
        );
      assert.deepEqual(of(some, false), of(others, true));
    }),
  );
});
