import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LeftOver, MemberCluster, MemberClusterSpec } from '#api/index.ts';
import { drainProgress } from './progress.ts';

function member(name: string, left?: Partial<LeftOver>, spec: MemberClusterSpec = {}): MemberCluster {
  const leftOver = left && [{ cluster: 'c', connections: 0, nodes: 2, allNodes: 2, ...left }];
  return {
    apiVersion: 'sealane.dev/v1alpha1',
    kind: 'MemberCluster',
    metadata: { name },
    spec,
    status: { ...(leftOver && { leftOver }) },
  };
}

const drained = member('c', {}, { drain: true });

test('nothing is drained unless it is asked for', () => {
  assert.equal(drainProgress([member('a', {}), member('c')], 'c').phase, 'NotDraining');
  assert.equal(
    drainProgress([member('a', {}), member('c', {}, { drainServices: ['demo/web'] })], 'c').phase,
    'Drained',
  );
});

test('a member that has said nothing, or of whose nodes one has not, may open connections yet', () => {
  assert.deepEqual(drainProgress([member('a'), member('b', { nodes: 1 }), drained], 'c').waitingFor, ['a', 'b']);
  assert.equal(drainProgress([member('a'), drained], 'c').phase, 'Spreading');
});

test('a member that was removed is not waited for', () => {
  assert.equal(drainProgress([member('gone', undefined, { removed: true }), drained], 'c').phase, 'Drained');
});

test('what was told of an earlier drain, or of fewer services, is no answer', () => {
  const asked = { ...drained, metadata: { name: 'c', generation: 8 } };
  const waitingFor = (generation?: number) =>
    drainProgress([member('a', { ...(generation !== undefined && { generation }) }), asked], 'c').waitingFor;
  assert.deepEqual(waitingFor(7), ['a']);
  assert.deepEqual(waitingFor(8), []);
  assert.deepEqual(waitingFor(), [], 'of a version that does not say');
});

test('connections are summed over the members, the service with the most first', () => {
  const web = { service: 'demo/web', connections: 2 };
  const api = { service: 'demo/api', connections: 3 };
  const progress = drainProgress(
    [member('a', { connections: 5, services: [web, api] }), member('b', { connections: 2, services: [web] }), drained],
    'c',
  );
  assert.equal(progress.phase, 'Emptying');
  assert.equal(progress.connections, 7);
  assert.deepEqual(progress.services, [{ ...web, connections: 4 }, api]);
  assert.deepEqual(progress.members, [
    { member: 'a', connections: 5 },
    { member: 'b', connections: 2 },
  ]);
});
