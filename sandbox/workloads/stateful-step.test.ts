import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, StatefulSet } from './kinds.ts';
import { statefulPod } from './stateful-pod.ts';
import { statefulStatus } from './stateful-status.ts';
import { statefulStep } from './stateful-step.ts';
import { unsupported } from './stateful-sets.ts';

const template = { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'c' }] } };

function aSet(spec: Partial<StatefulSet['spec']> = {}): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'demo', uid: 'u', generation: 2 },
    spec: { replicas: 3, serviceName: 'db', selector: { matchLabels: { app: 'db' } }, template, ...spec },
  };
}

type Kind = 'ready' | 'starting' | 'ending' | 'failed';

function pod(ordinal: number, kind: Kind = 'ready', revision = 'new'): Pod {
  const made = statefulPod(aSet(), ordinal, { template, revision });
  const ending = kind === 'ending' ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {};
  return {
    ...made,
    metadata: { ...made.metadata, ...ending },
    status: {
      phase: kind === 'failed' ? 'Failed' : 'Running',
      conditions: [{ type: 'Ready', status: kind === 'ready' ? 'True' : 'False' }],
    },
  };
}

function step(set: StatefulSet, ...pods: Pod[]) {
  const { create, remove } = statefulStep({ set, pods, updateRevision: 'new', now: 0 });
  return [...create.map((ordinal) => `+${ordinal}`), ...remove.map(({ metadata }) => `-${metadata.name.slice(3)}`)];
}

const parallel = { podManagementPolicy: 'Parallel' } as const;

test('a pod has the name of its place, and is found by it below its Service', () => {
  const { metadata, spec } = pod(1);
  assert.equal(metadata.name, 'db-1');
  assert.deepEqual([spec.hostname, spec.subdomain], ['db-1', 'db']);
  assert.equal(metadata.labels?.['apps.kubernetes.io/pod-index'], '1');
  assert.equal(metadata.labels?.['statefulset.kubernetes.io/pod-name'], 'db-1');
  assert.equal(metadata.labels?.['app'], 'db');
});

test('an ordered set starts one after the other, each when the one before is ready', () => {
  assert.deepEqual(step(aSet()), ['+0']);
  assert.deepEqual(step(aSet(), pod(0, 'starting')), []);
  assert.deepEqual(step(aSet(), pod(0)), ['+1']);
  assert.deepEqual(step(aSet(), pod(0), pod(1), pod(2)), []);
});

test('a parallel set starts all at once', () => {
  assert.deepEqual(step(aSet(parallel)), ['+0', '+1', '+2']);
  assert.deepEqual(step(aSet(parallel), pod(1, 'starting')), ['+0', '+2']);
});

test('ordinals begin where the set says', () => {
  assert.deepEqual(step(aSet({ ...parallel, ordinals: { start: 5 } })), ['+5', '+6', '+7']);
});

test('a pod that has ended for good is made anew', () => {
  assert.deepEqual(step(aSet(), pod(0), pod(1, 'failed'), pod(2)), ['-1']);
  assert.deepEqual(step(aSet(parallel), pod(0, 'failed')), ['+1', '+2', '-0']);
});

test('an ending pod is waited for: no two have one name', () => {
  assert.deepEqual(step(aSet(), pod(0, 'ending'), pod(1)), []);
  assert.deepEqual(step(aSet(parallel), pod(0, 'ending'), pod(1), pod(2)), []);
});

test('too many go from the highest on, one at a time, and not while another one is sick', () => {
  const one = aSet({ replicas: 1 });
  assert.deepEqual(step(one, pod(0), pod(1), pod(2)), ['-2']);
  assert.deepEqual(step(one, pod(0), pod(1), pod(2, 'ending')), []);
  assert.deepEqual(step(one, pod(0), pod(1, 'starting'), pod(2, 'starting')), []);
  assert.deepEqual(step(aSet({ ...parallel, replicas: 1 }), pod(0), pod(1), pod(2)), ['-2', '-1']);
});

test('a new template goes from the highest on, each waited for, down to the partition', () => {
  const old = (ordinal: number) => pod(ordinal, 'ready', 'old');
  assert.deepEqual(step(aSet(), old(0), old(1), old(2)), ['-2']);
  assert.deepEqual(step(aSet(), old(0), old(1), pod(2, 'starting')), []);
  assert.deepEqual(step(aSet(), old(0), old(1), pod(2)), ['-1']);
  const part = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } } as const;
  assert.deepEqual(step(aSet(part), old(0), old(1), old(2)), ['-2']);
  assert.deepEqual(step(aSet(part), old(0), old(1), pod(2)), []);
  assert.deepEqual(step(aSet(parallel), old(0), old(1), old(2)), ['-2']);
  assert.deepEqual(step(aSet(parallel), old(0), old(1), pod(2, 'starting')), []);
});

test('on delete nothing is renewed by itself', () => {
  const set = aSet({ updateStrategy: { type: 'OnDelete' } });
  assert.deepEqual(step(set, pod(0, 'ready', 'old'), pod(1), pod(2)), []);
});

test('the update is over when every pod is new and ready', () => {
  const set = aSet({ replicas: 2 });
  const names = { currentRevision: 'old', updateRevision: 'new', refused: undefined, now: 0 };
  const half = statefulStatus({ set, pods: [pod(0, 'ready', 'old'), pod(1)], ...names });
  assert.deepEqual([half.currentRevision, half.currentReplicas, half.updatedReplicas], ['old', 1, 1]);
  const whole = statefulStatus({ set, pods: [pod(0), pod(1)], ...names });
  assert.deepEqual([whole.currentRevision, whole.currentReplicas, whole.readyReplicas], ['new', 2, 2]);
});

test('volumes are refused by name, and the set says so', () => {
  const set = aSet({ volumeClaimTemplates: [{ metadata: { name: 'data' } }] });
  const refused = unsupported(set);
  assert.match(refused ?? '', /volumeClaimTemplates: .*\(data\)/);
  const status = statefulStatus({ set, pods: [], currentRevision: 'a', updateRevision: 'a', refused, now: 0 });
  assert.equal(status.conditions?.[0]?.reason, 'Unsupported');
  assert.equal(unsupported(aSet()), undefined);
});
