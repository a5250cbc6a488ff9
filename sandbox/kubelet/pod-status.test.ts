import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, PodSpec } from '#sandbox/workloads/index.ts';
import { podStatus } from './pod-status.ts';
import type { ContainerRecord, PodRecord } from './records.ts';
import { backOffMs, restarts } from './restart-policy.ts';

const NOW = '2026-01-01T00:00:10Z';
const BEFORE = '2026-01-01T00:00:00Z';

const running: ContainerRecord = {
  process: { pid: 1, startTime: '1' },
  startedAt: BEFORE,
  restartCount: 0,
  started: true,
  ready: true,
};
const ended = (exitCode: number): ContainerRecord => ({
  restartCount: 0,
  started: false,
  ready: false,
  ended: { exitCode, reason: 'Error', startedAt: BEFORE, finishedAt: BEFORE },
});

function statusOf(
  containers: Record<string, ContainerRecord>,
  spec: Partial<PodSpec> = {},
  rest: { switchedOff?: boolean; before?: Pod['status'] } = {},
) {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'demo', uid: 'u' },
    spec: { containers: [{ name: 'c' }], ...spec },
    status: rest.before,
  };
  const record: PodRecord = {
    uid: 'u',
    namespace: 'demo',
    name: 'p',
    node: 'n',
    addresses: ['10.244.1.2', 'fd00::2'],
    netns: 'x',
    ownsNetwork: true,
    startTime: BEFORE,
    containers,
  };
  return podStatus({
    pod,
    record,
    hostAddresses: ['10.77.0.11', 'fd00:77::11'],
    switchedOff: rest.switchedOff ?? false,
    now: NOW,
  });
}

const condition = (status: ReturnType<typeof statusOf>, wanted: string) =>
  status.conditions?.find(({ type }) => type === wanted);

test('a running, ready container makes a ready pod with its addresses', () => {
  const status = statusOf({ c: running });
  assert.equal(status.phase, 'Running');
  assert.equal(condition(status, 'Ready')?.status, 'True');
  assert.deepEqual([status.podIP, status.hostIP], ['10.244.1.2', '10.77.0.11']);
  assert.deepEqual(status.podIPs, [{ ip: '10.244.1.2' }, { ip: 'fd00::2' }]);
  assert.deepEqual(status.hostIPs, [{ ip: '10.77.0.11' }, { ip: 'fd00:77::11' }]);
});

test('a pod whose readiness was switched off is not ready, whatever its probes say', () => {
  const status = statusOf({ c: running }, {}, { switchedOff: true });
  assert.equal(condition(status, 'Ready')?.status, 'False');
  assert.equal(status.containerStatuses?.[0]?.ready, false);
});

test('a condition keeps its time as long as it stays the same', () => {
  const before = { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: BEFORE }] } as const;
  assert.equal(condition(statusOf({ c: running }, {}, { before }), 'Ready')?.lastTransitionTime, BEFORE);
  assert.equal(condition(statusOf({ c: ended(1) }, {}, { before }), 'Ready')?.lastTransitionTime, NOW);
});

test('what ended decides the phase by the restart policy', () => {
  assert.equal(statusOf({ c: ended(0) }, { restartPolicy: 'Never' }).phase, 'Succeeded');
  assert.equal(statusOf({ c: ended(3) }, { restartPolicy: 'Never' }).phase, 'Failed');
  assert.equal(statusOf({ c: ended(0) }, { restartPolicy: 'OnFailure' }).phase, 'Succeeded');
  assert.equal(statusOf({ c: ended(3) }, { restartPolicy: 'OnFailure' }).phase, 'Running');
  assert.equal(statusOf({ c: ended(0) }).phase, 'Running');
});

test('a pod is pending until its init containers are done', () => {
  const spec = { initContainers: [{ name: 'init' }] };
  assert.equal(statusOf({ init: running }, spec).phase, 'Pending');
  assert.equal(statusOf({ init: ended(0), c: running }, spec).phase, 'Running');
});

test('a readiness gate that nobody set holds the pod back', () => {
  const spec = { readinessGates: [{ conditionType: 'x/y' }] };
  assert.equal(condition(statusOf({ c: running }, spec), 'Ready')?.reason, 'ReadinessGatesNotReady');
  const before = { conditions: [{ type: 'x/y', status: 'True' }] } as const;
  const open = statusOf({ c: running }, spec, { before });
  assert.equal(condition(open, 'Ready')?.status, 'True');
  assert.equal(condition(open, 'x/y')?.status, 'True');
});

test('a container that crashes waits longer each time, five minutes at most', () => {
  assert.deepEqual([0, 1, 2, 3, 20].map(backOffMs), [0, 10_000, 20_000, 40_000, 300_000]);
  assert.deepEqual(
    [restarts('Never', 1), restarts('OnFailure', 0), restarts('OnFailure', 1), restarts(undefined, 0)],
    [false, false, true, true],
  );
});
