import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EvictionTask, KarmadaTaint } from '#api/index.ts';
import type { ResourceBinding, Toleration } from '../types.ts';
import { assessTasks } from './assess-tasks.ts';
import { evictTainted } from './evict-tainted.ts';
import { stays } from './tolerate.ts';

const NOW = Date.parse('2026-01-01T00:10:00Z');
const AGO_60 = '2026-01-01T00:09:00Z';
const down: KarmadaTaint = { key: 'down', value: 'yes', effect: 'NoExecute', timeAdded: AGO_60 };

test('a NoExecute taint that nobody tolerates ends the stay; a toleration of some seconds, or for good, does not yet', () => {
  const left = (...tolerations: Toleration[]) => stays([down], tolerations, NOW);
  assert.equal(left(), 0);
  assert.equal(left({ key: 'other', operator: 'Exists' }), 0);
  assert.equal(left({ key: 'down', value: 'no' }), 0);
  assert.equal(left({ key: 'down', operator: 'Exists', effect: 'NoSchedule' }), 0);
  assert.equal(left({ key: 'down', value: 'yes' }), undefined);
  assert.equal(left({ operator: 'Exists' }), undefined);
  assert.equal(left({ key: 'down', operator: 'Exists', tolerationSeconds: 90 }), 30_000);
  assert.equal(left({ operator: 'Exists' }, { key: 'down', operator: 'Exists', tolerationSeconds: 30 }), 0);
  assert.equal(stays([{ ...down, effect: 'NoSchedule' }], [], NOW), undefined);
});

test('what is evicted leaves the clusters and has a task, once', () => {
  const cluster = (name: string, taints: KarmadaTaint[] = []) => ({
    apiVersion: 'cluster.karmada.io/v1alpha1',
    kind: 'Cluster',
    metadata: { name },
    spec: { taints },
  });
  const request = { known: [cluster('a', [down]), cluster('b')], tolerations: [], now: NOW };
  const clusters = [{ name: 'a', replicas: 2 }, { name: 'b' }];
  const first = evictTainted({ ...request, clusters, tasks: [] });
  const task = { fromCluster: 'a', reason: 'TaintUntolerated', producer: 'TaintManager', replicas: 2 };
  assert.deepEqual(first, { clusters: [{ name: 'b' }], tasks: [task], againMs: undefined });
  assert.deepEqual(evictTainted({ ...request, ...first }), first);
  const tolerations = [{ operator: 'Exists', tolerationSeconds: 61 }];
  assert.deepEqual(evictTainted({ ...request, clusters, tasks: [], tolerations }), {
    clusters,
    tasks: [],
    againMs: 1000,
  });
});

function binding(task: Partial<EvictionTask>, health = 'Unhealthy', observed = 7): ResourceBinding {
  const condition = { type: 'Scheduled', status: 'True', reason: '', message: '', lastTransitionTime: '' } as const;
  return {
    apiVersion: 'work.karmada.io/v1alpha2',
    kind: 'ResourceBinding',
    metadata: { name: 'web', generation: 7 },
    spec: {
      resource: { apiVersion: 'v1', kind: 'Service', name: 'web' },
      clusters: [{ name: 'b' }],
      gracefulEvictionTasks: [{ fromCluster: 'a', reason: 'R', producer: 'P', creationTimestamp: AGO_60, ...task }],
    },
    status: {
      conditions: [condition],
      schedulerObservedGeneration: observed,
      aggregatedStatus: [{ clusterName: 'b', health: health as 'Healthy' }],
    },
  };
}

test('a task is dropped when it is told to, when it is too old, or when all is well elsewhere', () => {
  const kept = (...args: Parameters<typeof binding>) => assessTasks(binding(...args), NOW).tasks.length === 1;
  assert.equal(kept({ suppressDeletion: false }), false);
  assert.equal(kept({ suppressDeletion: true, creationTimestamp: '2020-01-01T00:00:00Z' }, 'Healthy'), true);
  assert.equal(kept({}), true);
  assert.equal(kept({}, 'Healthy'), false);
  assert.equal(kept({}, 'Healthy', 6), true);
  assert.equal(kept({ gracePeriodSeconds: 60 }), false);
  assert.equal(kept({ creationTimestamp: '2026-01-01T00:00:00Z' }), false);
  assert.equal(assessTasks(binding({}), NOW).againMs, 540_000);
});

test('the first look at a task only notes the time', () => {
  const { creationTimestamp: _, ...fresh } = { ...binding({}).spec.gracefulEvictionTasks?.[0] } as EvictionTask;
  const before = binding({}, 'Healthy');
  const { tasks } = assessTasks({ ...before, spec: { ...before.spec, gracefulEvictionTasks: [fresh] } }, NOW);
  assert.deepEqual(tasks, [{ ...fresh, creationTimestamp: '2026-01-01T00:10:00Z' }]);
});
