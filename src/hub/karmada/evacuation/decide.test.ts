import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterExport, EvictionTask, KarmadaBinding, MemberCluster } from '#api/index.ts';
import { decideEvacuation, type EvacuationView } from './decide.ts';

const NOW = Date.parse('2026-01-01T00:10:00Z');
const AGO_60 = '2026-01-01T00:09:00Z';

const member = (name: string, more: Partial<MemberCluster> = {}, state?: string): MemberCluster => ({
  apiVersion: 'sealane.dev/v1alpha1',
  kind: 'MemberCluster',
  metadata: { name, ...(state !== undefined && { annotations: { 'sealane.dev/evacuation': state } }) },
  ...more,
});

const record = (cluster: string, ready: number, epoch = 1, withdrawn?: string): ClusterExport => ({
  apiVersion: 'sealane.dev/v1alpha1',
  kind: 'ClusterExport',
  metadata: { namespace: `sealane-${cluster}`, name: 'demo.web' },
  spec: {
    cluster,
    service: { namespace: 'demo', name: 'web' },
    type: 'ClusterSetIP',
    ipFamilies: ['IPv4'],
    epoch,
    ...(withdrawn !== undefined && { withdrawn }),
    ports: [{ name: '', protocol: 'TCP', port: 80, lanePort: 10_000, ready, total: 2 }],
  },
});

function binding(task: Partial<EvictionTask> = {}, health = 'Healthy'): KarmadaBinding {
  const held = { reason: 'TaintUntolerated', producer: 'TaintManager', suppressDeletion: true };
  const scheduled = { type: 'Scheduled', status: 'True', reason: '', message: '', lastTransitionTime: '' } as const;
  return {
    apiVersion: 'work.karmada.io/v1alpha2',
    kind: 'ResourceBinding',
    metadata: { namespace: 'demo', name: 'web-service', generation: 3 },
    spec: {
      clusters: [{ name: 'b' }],
      gracefulEvictionTasks: [{ fromCluster: 'a', creationTimestamp: AGO_60, ...held, ...task }],
    },
    status: {
      conditions: [scheduled],
      schedulerObservedGeneration: 3,
      aggregatedStatus: [{ clusterName: 'b', health }],
    },
  };
}

const knows = (...names: string[]) => ({ status: { observed: Object.fromEntries(names.map((name) => [name, 1])) } });
const drained = { spec: { drain: true } };

function decide(more: Partial<EvacuationView> = {}) {
  const own = more.member ?? member('a', knows('b'));
  const others = [member('b', knows('a')), member('c', knows('a', 'b'))];
  return decideEvacuation({
    member: own,
    members: [own, ...others],
    records: [record('a', 2), record('b', 2)],
    leaving: (name) => name === 'a',
    cluster: undefined,
    bindings: [binding()],
    now: NOW,
    maxHoldMs: 600_000,
    ...more,
  });
}

test('it is drained when what it serves is ready in a member that stays, and that everybody has heard of', () => {
  assert.equal(decide().drain, true);
  const waits = (more: Partial<EvacuationView>, why: RegExp) => {
    const { drain, state = '' } = decide(more);
    assert.equal(drain, undefined);
    assert.match(state, why);
  };
  const alone = /^Waiting: served by nobody else yet: demo\/web$/;
  waits({ records: [record('a', 2), record('b', 0)] }, alone);
  waits({ records: [record('a', 2), record('b', 2, 1, '2026-01-01T00:00:00Z')] }, alone);
  waits({ records: [record('a', 2), record('b', 2, 2)] }, alone);
  waits({ leaving: () => true }, alone);
  waits({ members: [member('a'), member('b', { ...knows('a'), ...drained })] }, alone);
  waits({ bindings: [binding({}, 'Unhealthy')] }, /^Waiting: not healthy elsewhere yet: demo\/web-service$/);
  waits({ bindings: [binding({ creationTimestamp: '2026-01-01T00:09:58Z' })] }, /^Waiting: evictions are still/);
  assert.equal(decide({ records: [record('a', 0)] }).drain, true);
});

test('what leaves is let go when it is drained, or when it has been held for too long', () => {
  assert.deepEqual(decide().tasks, []);
  const released = (more: Partial<EvacuationView>) =>
    decide(more).tasks.map(({ suppressDeletion }) => suppressDeletion);
  const leftOver = (connections: number) => [{ cluster: 'a', connections, nodes: 1, allNodes: 1 }];
  const told = (connections: number) => {
    const own = member('a', { ...drained, status: { leftOver: leftOver(0) } }, 'Draining');
    return { member: own, members: [own, member('b', { status: { leftOver: leftOver(connections) } })] };
  };
  assert.deepEqual(released(told(1)), []);
  assert.deepEqual(released(told(0)), [false]);
  assert.deepEqual(released({ ...told(0), bindings: [binding({}, 'Unhealthy')] }), []);
  assert.deepEqual(released({ maxHoldMs: 60_000 }), [false]);
  assert.equal(decide({ maxHoldMs: 61_000 }).againMs, 1_000);
  assert.deepEqual(released({ bindings: [binding({ suppressDeletion: false })] }), []);
});

test('what nobody admitted is held late, and what another reason evicts not at all', () => {
  const [made = { fromCluster: '', reason: '', producer: '' }] = binding().spec.gracefulEvictionTasks ?? [];
  const { suppressDeletion: _, ...task }: EvictionTask = made;
  const fresh = { ...binding(), spec: { gracefulEvictionTasks: [task] } };
  const failing = { ...binding(), spec: { gracefulEvictionTasks: [{ ...task, reason: 'ApplicationFailure' }] } };
  assert.deepEqual(decide({ bindings: [failing] }).tasks, []);
  assert.deepEqual(
    decide({ bindings: [fresh] }).tasks.map(({ suppressDeletion }) => suppressDeletion),
    [true],
  );
});

test('the drain goes with the last task and taint; one that was taken back is not asked for again', () => {
  const ours = member('a', drained, 'Draining');
  assert.deepEqual(decide({ member: ours, bindings: [] }), {
    state: undefined,
    drain: false,
    tasks: [],
    againMs: undefined,
  });
  assert.equal(decide({ member: member('a', drained), bindings: [] }).drain, undefined);
  const undone = decide({ member: member('a', {}, 'Draining') });
  assert.match(undone.state ?? '', /^Undone/);
  assert.equal(decide({ member: member('a', {}, undone.state) }).drain, undefined);
});
