/** Found by the simulation: what a member does while its own watch has not told it of its own write. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterExport, ConfigMap } from '#api/index.ts';
import { RESOURCE } from './invariants/truth.ts';
import { doDeed } from './steps/do-deed.ts';
import { World } from './world/world.ts';

const LAG_MS = 5_000;

async function exportedUnseen() {
  const world = new World({
    seed: 'lagging watch',
    members: 1,
    nodes: 1,
    replicas: 1,
    lanePorts: { first: 20_000, last: 20_100 },
    calm: true,
  });
  world.network.lagOf = (path) => (path.includes('/clusterexports') ? LAG_MS : 0);
  void world.start();
  await world.time.run(2_000);
  const service = { cluster: 'a', service: 'demo/s0' };
  void doDeed(world, { at: 0, do: 'export', ...service, ready: 1, total: 1 });
  await world.time.run(2_500);
  const { store } = world.cluster('a').server;
  const record = () =>
    store.get({ resource: RESOURCE.records, namespace: 'demo', name: 's0' }) as unknown as ClusterExport | undefined;
  const epoch = () => {
    const page = store.get({ resource: RESOURCE.configMaps, namespace: 'sealane-system', name: 'sealane-records' }) as
      | ConfigMap
      | undefined;
    return page?.data?.['epoch.json'];
  };
  return { world, service, record, epoch };
}

test('a record that is not seen yet is tried again under the same number', async () => {
  const { world, record, epoch } = await exportedUnseen();
  const before = epoch();
  await world.time.run(4_000);
  assert.equal(epoch(), before);
  assert.equal(before, String(record()?.spec.epoch));
});

test('an export is taken back although its record is not seen yet', async () => {
  const { world, service, record } = await exportedUnseen();
  void doDeed(world, { at: 0, do: 'unexport', ...service });
  await world.time.run(3_500);
  assert.ok(record()?.spec.withdrawn);
  await world.time.run(30_000);
  assert.equal(record(), undefined);
});
