import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CLUSTER_EXPORTS,
  CONFIG_MAPS,
  ENDPOINT_SLICES,
  GLOBAL_TRAFFIC_POLICIES,
  type GlobalTrafficPolicy,
  MEMBER_CLUSTERS,
  SERVICE_EXPORTS,
  SERVICE_IMPORTS,
} from '#api/index.ts';
import { sleep, systemClock } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import { clusterSet, conditionsOf, eventually, exportOf, exportWeb, slicesOf } from './test-cluster-set.ts';

const KINDS = [
  SERVICE_EXPORTS,
  SERVICE_IMPORTS,
  ENDPOINT_SLICES,
  CLUSTER_EXPORTS,
  MEMBER_CLUSTERS,
  GLOBAL_TRAFFIC_POLICIES,
  CONFIG_MAPS,
];

async function versions(client: Client, kinds = KINDS): Promise<string[]> {
  const lists = await Promise.all(kinds.map((kind) => client.list(kind)));
  return lists
    .flat()
    .map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name} ${metadata.resourceVersion}`);
}

test('when nothing happens, nothing is written', async (t) => {
  const set = await clusterSet(t, ['a', 'b']);
  await exportWeb(set.member('b'), { ready: 1, total: 2 });
  const { client } = set.member('a');
  await client.create<GlobalTrafficPolicy>(GLOBAL_TRAFFIC_POLICIES, {
    apiVersion: 'sealane.dev/v1alpha1',
    kind: 'GlobalTrafficPolicy',
    metadata: { namespace: 'demo', name: 'web' },
    spec: { lbType: 'FailOver', targets: [{ clusterKey: 'b' }, { clusterKey: 'eu/*/*/*', weight: 0 }] },
  });
  await eventually(
    'slice',
    () => slicesOf(set.member('a')),
    (all) => all['b'] !== undefined,
  );
  await eventually(
    'conditions',
    () => exportOf(set.member('b')),
    (one) => conditionsOf(one).length === 3,
  );
  const all = async () => [
    await versions(set.hub, [CLUSTER_EXPORTS, MEMBER_CLUSTERS]),
    await versions(client),
    await versions(set.member('b').client),
  ];
  let before = await all();
  // Until two looks a second apart agree: what was still on its way has arrived.
  const settled = async () => {
    await sleep(systemClock, 1_000);
    const now = await all();
    const same = JSON.stringify(now) === JSON.stringify(before);
    before = now;
    return same;
  };
  await eventually('rest', settled, (same) => same);
  // Longer than the periodic look around.
  await sleep(systemClock, 6_000);
  assert.deepEqual(await all(), before);
});
