import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Serving } from '#plan/index.ts';
import { headlessSlices, leftOut, type Source } from './headless-slices.ts';

const pod = (podAddress: string, substituteAddress?: string, lanePort: number | undefined = 10_000, port = 80) => ({
  name: podAddress,
  podAddress,
  ...(substituteAddress && { substituteAddress }),
  ready: true,
  ports: [{ name: 'http', protocol: 'TCP' as const, port, ...(lanePort && { lanePort }) }],
});
const serving = (...endpoints: Serving['endpoints'][number][]): Serving => ({
  cluster: 'b',
  ipFamilies: ['IPv4'],
  ports: [],
  endpoints,
});
const source: Source = { own: false, index: 2, podRanges: ['10.245.0.0/16'], ownPodRanges: ['10.244.0.0/16'] };

const addresses = (from: Serving, of: Source = source) =>
  headlessSlices(from, of).flatMap(({ endpoints }) => endpoints.flatMap((one) => one.addresses));

test('a member speaks for its own pods and its own substitutes only', () => {
  const all = serving(
    pod('10.245.1.1'),
    pod('10.244.1.2'),
    pod('192.168.1.1'),
    pod('10.244.1.3', '241.2.0.3'),
    pod('10.244.1.4', '241.3.0.4'),
  );
  assert.deepEqual(addresses(all), ['10.245.1.1', '241.2.0.3']);
  assert.equal(leftOut(all, source), 3);
  assert.deepEqual(addresses(all, { ...source, index: undefined, podRanges: undefined }), [], 'nothing is known of it');
});

test('at home every pod has its own address, and needs no lane', () => {
  const all = serving(pod('10.244.1.3', '241.2.0.3'), pod('10.244.1.4', '241.2.0.4', 0));
  const own = { ...source, own: true };
  assert.deepEqual(addresses(all, own), ['10.244.1.3', '10.244.1.4']);
  assert.deepEqual(headlessSlices(all, own)[0]?.annotations, {});
  assert.deepEqual(addresses(all), ['241.2.0.3'], 'elsewhere one without a lane is not reached');
});

test('pods whose ports differ are in slices of their own, and without pods there is one that is empty', () => {
  const all = serving(pod('10.245.1.1'), pod('10.245.1.2', undefined, 10_001, 8080), pod('10.245.1.3'));
  const ports = headlessSlices(all, source).map((one) => [one.endpoints.length, one.ports?.[0]?.port]);
  assert.deepEqual(ports, [
    [2, 80],
    [1, 8080],
  ]);
  assert.deepEqual(headlessSlices(serving(), source), [
    { addressType: 'IPv4', endpoints: [], ports: [], annotations: {} },
  ]);
});
