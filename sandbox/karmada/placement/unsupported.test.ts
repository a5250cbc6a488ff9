import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unsupported } from './unsupported.ts';

const selectors = { resourceSelectors: [{ apiVersion: 'v1', kind: 'Service', name: 'web' }] };

test('what the published demo asks for is supported', () => {
  const placement = {
    clusterAffinity: { clusterNames: ['cluster-1', 'cluster-3'] },
    replicaScheduling: {
      replicaDivisionPreference: 'Weighted',
      replicaSchedulingType: 'Divided',
      weightPreference: { staticWeightList: [{ targetCluster: { clusterNames: ['cluster-1'] }, weight: 10 }] },
    },
  };
  assert.deepEqual(unsupported({ ...selectors, placement }, 'demo'), []);
});

test('values that ask for nothing more are taken', () => {
  const spec = {
    ...selectors,
    propagateDeps: false,
    preemption: 'Never',
    schedulerName: 'default-scheduler',
    placement: { spreadConstraints: [], clusterTolerations: [] },
  };
  assert.deepEqual(unsupported(spec, 'demo'), []);
});

test('each thing that is not done is named by its path', () => {
  const spec = {
    resourceSelectors: [{ apiVersion: 'v1', kind: 'Service', namespace: 'other' }],
    failover: { application: {} },
    suspension: { dispatching: true },
    placement: {
      spreadConstraints: [{ spreadByField: 'cluster' }],
      clusterAffinities: [{ affinityName: 'a' }],
      replicaScheduling: {
        replicaDivisionPreference: 'Aggregated',
        weightPreference: { dynamicWeight: 'AvailableReplicas' },
      },
    },
  };
  assert.deepEqual(unsupported(spec, 'demo'), [
    'failover is not supported',
    'suspension is not supported',
    'placement.spreadConstraints: [{"spreadByField":"cluster"}] is not supported',
    'placement.clusterAffinities is not supported',
    'placement.replicaScheduling.replicaDivisionPreference: "Aggregated" is not supported',
    'placement.replicaScheduling.weightPreference.dynamicWeight is not supported',
    "resourceSelectors[0].namespace must be demo, the policy's own",
  ]);
});
