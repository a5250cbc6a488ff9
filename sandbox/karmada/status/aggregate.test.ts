import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyObject } from '../types.ts';
import { aggregateStatus } from './aggregate.ts';
import { healthOf } from './health.ts';

const template: AnyObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', generation: 4 },
  status: { observedGeneration: 3 },
};
const member = (clusterName: string, rendered: number, status: Record<string, unknown>) => ({
  clusterName,
  status,
  object: {
    ...template,
    metadata: { name: 'web', generation: 7, annotations: { 'resourcetemplate.karmada.io/generation': `${rendered}` } },
    status,
  },
});
const full = { observedGeneration: 7, replicas: 2, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 2 };

test('a Deployment counts the replicas of all members', () => {
  const status = aggregateStatus(template, [member('a', 4, full), member('b', 4, full)]);
  assert.deepEqual(status, {
    observedGeneration: 4,
    replicas: 4,
    readyReplicas: 2,
    availableReplicas: 2,
    updatedReplicas: 4,
    unavailableReplicas: null,
  });
});

test('its generation is observed only when the last member has seen it', () => {
  const observed = (...items: Parameters<typeof aggregateStatus>[1]) =>
    aggregateStatus(template, items)?.['observedGeneration'];
  assert.equal(observed(member('a', 4, full), member('b', 3, full)), 3);
  assert.equal(observed(member('a', 4, full), member('b', 4, { ...full, observedGeneration: 6 })), 3);
  assert.equal(observed(member('a', 4, full), { clusterName: 'b' }), 3);
});

const exported = (...conditions: object[]): AnyObject => ({
  apiVersion: 'flomesh.io/v1alpha1',
  kind: 'ServiceExport',
  metadata: { name: 'web' },
  status: { conditions },
});
const valid = (status: string, reason: string) => ({ type: 'Valid', status, reason, lastTransitionTime: 't' });

test('an export without a Service in one cluster is neither unhealthy nor what is shown', () => {
  const missing = exported(valid('False', 'NoService'));
  assert.equal(healthOf(missing), 'Healthy');
  const status = aggregateStatus(exported(), [
    { clusterName: 'cluster-1', status: exported(valid('True', 'Valid')).status },
    { clusterName: 'cluster-2', status: missing.status },
  ]);
  assert.deepEqual(status, {
    conditions: [
      {
        type: 'Valid',
        status: 'True',
        reason: 'Valid',
        message: 'cluster-1=True/Valid, cluster-2=False/NoService',
        lastTransitionTime: 't',
      },
    ],
  });
});

test('a conflict anywhere is what is shown', () => {
  const conflict = { type: 'Conflict', status: 'True', reason: 'PortConflict', lastTransitionTime: 't' };
  assert.equal(healthOf(exported(valid('True', 'Valid'), conflict)), 'Unhealthy');
  const status = aggregateStatus(exported(), [
    { clusterName: 'a', status: exported({ ...conflict, status: 'False', reason: 'NoConflict' }).status },
    { clusterName: 'b', status: exported(conflict).status },
  ]) as { conditions: { status: string; reason: string }[] };
  assert.deepEqual([status.conditions[0]?.status, status.conditions[0]?.reason], ['True', 'PortConflict']);
});

test('a Deployment is healthy when its newest pods are available', () => {
  const of = (status: Record<string, unknown>): AnyObject => ({
    ...template,
    spec: { replicas: 2 },
    metadata: { name: 'web', generation: 7 },
    status,
  });
  assert.equal(healthOf(of({ ...full, availableReplicas: 2 })), 'Healthy');
  assert.equal(healthOf(of(full)), 'Unhealthy');
  assert.equal(healthOf(of({ ...full, availableReplicas: 2, observedGeneration: 6 })), 'Unhealthy');
});
