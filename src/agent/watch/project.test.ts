import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { EndpointSlice } from '#api/index.ts';
import { localEndpoints } from '#plan/index.ts';
import { projectSlice } from './project.ts';

type Endpoint = EndpointSlice['endpoints'][number];

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const names = fc.constantFrom('n1', 'zone-of-a-long-name', 'ü');
const endpoint: fc.Arbitrary<Endpoint> = fc.record(
  {
    addresses: fc.uniqueArray(fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3'), { minLength: 1 }),
    conditions: fc.record(
      { ready: maybe(fc.boolean()), serving: maybe(fc.boolean()), terminating: maybe(fc.boolean()) },
      { requiredKeys: [] },
    ),
    nodeName: names,
    zone: names,
    hostname: names,
    hints: fc.record({
      forZones: fc.array(fc.record({ name: names })),
      forNodes: fc.array(fc.record({ name: names })),
    }),
    targetRef: fc.constant({ kind: 'Pod', name: 'not read' }),
  },
  { requiredKeys: ['addresses'] },
);

function sliceOf(endpoints: Endpoint[]): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: 'demo', name: 'web-x', labels: { 'kubernetes.io/service-name': 'web', app: 'web' } },
    addressType: 'IPv4',
    endpoints,
    ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
  };
}

test('a slice that is kept small says the same of its pods as the whole one', () => {
  fc.assert(
    fc.property(fc.array(endpoint, { maxLength: 4 }), (endpoints) => {
      const slice = sliceOf(endpoints);
      assert.deepEqual(localEndpoints([projectSlice(slice)]), localEndpoints([slice]));
    }),
  );
});

test('of labels and annotations those that are read stay', () => {
  const { metadata } = projectSlice({
    ...sliceOf([]),
    metadata: { ...sliceOf([]).metadata, annotations: { 'sealane.dev/endpoints': 'http=1/1', note: 'long' } },
  });
  assert.deepEqual(metadata.labels, { 'kubernetes.io/service-name': 'web' });
  assert.deepEqual(metadata.annotations, { 'sealane.dev/endpoints': 'http=1/1' });
});

test('ten endpoints are kept as one text, not as objects', () => {
  const kept = projectSlice(sliceOf(Array.from({ length: 10 }, (_, i) => ({ addresses: [`10.0.0.${i}`] }))));
  assert.equal(Object.getOwnPropertyNames(kept).includes('endpoints'), false);
  assert.equal(kept.endpoints.length, 10);
});
