import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseNode } from './schedule.ts';
import { aNode, aPod } from './testing.ts';

const nodes = [aNode('node-1'), aNode('node-2')];
const waiting = aPod('new', { spec: { containers: [] } });

test('a pod goes where the fewest pods are', () => {
  assert.equal(chooseNode(waiting, nodes, [aPod('one')]), 'node-2');
});

test('pods that are over count for nothing', () => {
  assert.equal(chooseNode(waiting, nodes, [aPod('one', { status: { phase: 'Succeeded' } })]), 'node-1');
});

test('pods of one owner are spread even where other pods are', () => {
  const owner = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'u', controller: true }];
  const sibling = aPod('one', { metadata: { name: 'one', ownerReferences: owner } });
  const others = ['a', 'b'].map((name) => aPod(name, { spec: { nodeName: 'node-2', containers: [] } }));
  const pod = aPod('new', { metadata: { name: 'new', ownerReferences: owner }, spec: { containers: [] } });
  assert.equal(chooseNode(pod, nodes, [sibling, ...others]), 'node-2');
});

test('a node must be ready, open, and have the labels asked for', () => {
  const closed = aNode('node-2', { spec: { unschedulable: true } });
  assert.equal(chooseNode(waiting, [closed, aNode('node-3', { status: {} })], []), undefined);
  const picky = aPod('new', { spec: { containers: [], nodeSelector: { disk: 'ssd' } } });
  assert.equal(chooseNode(picky, nodes, []), undefined);
  const fitting = aNode('node-9', { metadata: { name: 'node-9', labels: { disk: 'ssd' } } });
  assert.equal(chooseNode(picky, [...nodes, fitting], []), 'node-9');
});
