import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KarmadaCluster, Placement } from '../types.ts';
import { schedule } from './schedule.ts';

const cluster = (name: string, more: Partial<KarmadaCluster> = {}): KarmadaCluster => ({
  apiVersion: 'cluster.karmada.io/v1alpha1',
  kind: 'Cluster',
  metadata: { name },
  ...more,
});
const three = ['cluster-1', 'cluster-2', 'cluster-3'].map((name) => cluster(name));
const names = (clusterNames: string[]): Placement => ({ clusterAffinity: { clusterNames } });

function place(
  placement: Placement | undefined,
  replicas?: number,
  more: Partial<Parameters<typeof schedule>[0]> = {},
) {
  const placed = schedule({ placement, replicas, clusters: three, previous: [], uid: '', ...more });
  return Object.fromEntries(placed.map((it) => [it.name, it.replicas]));
}

const weighted = (...weights: [string, number][]): Placement => ({
  ...names(['cluster-1', 'cluster-3']),
  replicaScheduling: {
    replicaSchedulingType: 'Divided',
    replicaDivisionPreference: 'Weighted',
    weightPreference: {
      staticWeightList: weights.map(([name, weight]) => ({ targetCluster: { clusterNames: [name] }, weight })),
    },
  },
});

test('without replicaScheduling every chosen cluster gets all replicas', () => {
  assert.deepEqual(place(names(['cluster-3', 'cluster-1']), 2), { 'cluster-1': 2, 'cluster-3': 2 });
});

test('Divided 10:10 of two replicas, as published, is one each', () => {
  assert.deepEqual(place(weighted(['cluster-1', 10], ['cluster-3', 10]), 2), { 'cluster-1': 1, 'cluster-3': 1 });
});

test('a cluster without a weight gets nothing, and one with too little is left out', () => {
  assert.deepEqual(place(weighted(['cluster-1', 1]), 3), { 'cluster-1': 3 });
  assert.deepEqual(place(weighted(['cluster-1', 100], ['cluster-3', 1]), 1), { 'cluster-1': 1 });
});

test('weights that name no candidate are as if there were none', () => {
  assert.deepEqual(place(weighted(['cluster-9', 5]), 2), { 'cluster-1': 1, 'cluster-3': 1 });
});

test('a kind without replicas goes everywhere, whatever is said of dividing', () => {
  assert.deepEqual(place(weighted(['cluster-1', 1])), { 'cluster-1': undefined, 'cluster-3': undefined });
  assert.deepEqual(Object.keys(place(undefined)), ['cluster-1', 'cluster-2', 'cluster-3']);
});

test('a tainted cluster gets nothing new unless it is tolerated, and keeps what it has', () => {
  const full = { key: 'full', effect: 'NoSchedule' };
  const clusters = [cluster('cluster-1', { spec: { taints: [full] } }), cluster('cluster-3')];
  const where = (more: Partial<Parameters<typeof schedule>[0]>, placement?: Placement) =>
    Object.keys(place(placement, undefined, { clusters, ...more }));
  assert.deepEqual(where({}), ['cluster-3']);
  assert.deepEqual(where({ previous: [{ name: 'cluster-1' }] }), ['cluster-1', 'cluster-3']);
  assert.deepEqual(where({}, { clusterTolerations: [{ key: 'full', operator: 'Exists' }] }), [
    'cluster-1',
    'cluster-3',
  ]);
});

test('what is leaving a cluster does not come back to it while it leaves', () => {
  assert.deepEqual(Object.keys(place(undefined, undefined, { evicting: ['cluster-1'] })), ['cluster-2', 'cluster-3']);
});

test('affinity by label, field and exclusion', () => {
  const clusters = [
    cluster('a', { metadata: { name: 'a', labels: { tier: 'edge' } }, spec: { region: 'north', zones: ['n1', 'n2'] } }),
    cluster('b', { spec: { region: 'south' } }),
  ];
  const chosen = (clusterAffinity: Placement['clusterAffinity']) =>
    Object.keys(place({ clusterAffinity }, undefined, { clusters }));
  const field = (key: string, operator: string, value: string) => ({
    fieldSelector: { matchExpressions: [{ key, operator, values: [value] }] },
  });
  assert.deepEqual(chosen({ labelSelector: { matchLabels: { tier: 'edge' } } }), ['a']);
  assert.deepEqual(chosen(field('zone', 'In', 'n2')), ['a']);
  assert.deepEqual(chosen(field('region', 'NotIn', 'north')), ['b']);
  assert.deepEqual(chosen({ exclude: ['a'], clusterNames: ['a', 'b'] }), ['b']);
});
