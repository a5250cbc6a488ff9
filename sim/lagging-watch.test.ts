/** Found by the simulation: what a member does while its own watch has not told it of its own write. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterExport, ConfigMap } from '#api/index.ts';
import { members, RESOURCE } from './invariants/truth.ts';
import { doDeed } from './steps/do-deed.ts';
import { doFault, noDamage } from './steps/do-fault.ts';
import { World } from './world/world.ts';

const LAG_MS = 5_000;

/** One member, of whose watches those of one kind, on its own API server, lag. */
function lagging(plural: string) {
  const world = new World({
    seed: 'lagging watch',
    members: 1,
    nodes: 1,
    replicas: 1,
    lanePorts: { first: 20_000, last: 20_100 },
    calm: true,
  });
  world.network.lagOf = (path, server) => (server === 'a' && path.includes(`/${plural}`) ? LAG_MS : 0);
  void world.start();
  const { server } = world.cluster('a');
  const recordOf = (namespace: string, name: string) =>
    server.store.get({ resource: RESOURCE.records, namespace, name }) as unknown as ClusterExport | undefined;
  return { world, server, recordOf };
}

async function exportedUnseen() {
  const { world, server, recordOf } = lagging('clusterexports');
  await world.time.run(2_000);
  const service = { cluster: 'a', service: 'demo/s0' };
  void doDeed(world, { at: 0, do: 'export', ...service, ready: 1, total: 1 });
  await world.time.run(2_500);
  const epoch = () => {
    const page = server.store.get({
      resource: RESOURCE.configMaps,
      namespace: 'sealane-system',
      name: 'sealane-records',
    }) as ConfigMap | undefined;
    return page?.data?.['epoch.json'];
  };
  return { world, service, record: () => recordOf('demo', 's0'), epoch };
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

test('an export in a namespace that is not seen yet is recorded as soon as it is', async () => {
  const { world, recordOf } = lagging('namespaces');
  await world.time.run(LAG_MS + 2_000);
  void doDeed(world, { at: 0, do: 'make-namespace', cluster: 'a', namespace: 'late' });
  void doDeed(world, { at: 0, do: 'export', cluster: 'a', service: 'late/s0', ready: 1, total: 1 });
  await world.time.run(LAG_MS + 3_000);
  assert.equal(recordOf('late', 's0'), undefined);
  await world.time.run(2 * LAG_MS + 3_000);
  assert.ok(recordOf('late', 's0'));
});

test('what an admin wrote comes back to an emptied hub although its mirror is not seen yet', async () => {
  const { world } = lagging('memberclusters');
  await world.time.run(2_000);
  doFault(world, noDamage(), { at: 0, do: 'wipe-hub-objects', ms: 0 });
  assert.deepEqual(members(world.hub.store), []);
  await world.time.run(LAG_MS / 2);
  assert.equal(members(world.hub.store)[0]?.spec?.transport, 'Plain');
});
