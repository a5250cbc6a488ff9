import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BUILT_IN, readTopology } from '#sandbox/topology/index.ts';
import { portsOf } from './ports.ts';

const topology = readTopology(BUILT_IN['default'] ?? '', 'default');
const devices = (target: string) =>
  portsOf('box', topology, target).map(({ namespace, device }) => `${namespace} ${device}`);

test('a cluster is cut off with its control plane and all its nodes', () => {
  assert.deepEqual(devices('cluster-2'), ['box-wan c2', 'box-wan c2n1', 'box-wan c2n2']);
});

test('a node is cut off from the WAN, or from its LAN', () => {
  assert.deepEqual(devices('cluster-1/node-2'), ['box-wan c1n2']);
  assert.deepEqual(devices('cluster-1/node-2/lan'), ['box-cluster-1 node-2']);
});

test('what does not exist has no ports', () => {
  for (const target of ['', 'cluster-9', 'cluster-1/node-9', 'cluster-1/node-1/wan', 'cluster-1/node-1/lan/x']) {
    assert.deepEqual(devices(target), [], target);
  }
});

test('any text is a place of the topology or has no ports', () => {
  const piece = fc.constantFrom('cluster-1', 'node-1', 'lan', 'hub', '/', 'cluster-', '__proto__', '');
  const text = fc.oneof(
    fc.array(piece).map((pieces) => pieces.join('')),
    fc.string(),
  );
  const place = /^(hub|cluster-[12](\/node-[12](\/lan)?)?)$/;
  fc.assert(fc.property(text, (target) => assert.equal(devices(target).length > 0, place.test(target), target)));
});
