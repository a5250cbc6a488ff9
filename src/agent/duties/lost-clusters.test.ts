import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClusterFlag } from '#kernel/index.ts';
import type { PlacedEntry } from './connect.ts';
import { type Ejection, lostClusters } from './lost-clusters.ts';

const NOW = 1000n;
const up = () => 0;

/** @param groups `[group, cluster, backends]` */
function placed(owner: string, ...groups: readonly (readonly [number, string, number])[]): PlacedEntry {
  const clusters = new Map(groups.map(([group, cluster]) => [group, cluster]));
  return { owner, index: 1, clusters, sizes: new Map(groups.map(([group, , count]) => [group, count])) };
}

const out = (...groups: readonly number[]): Ejection[] => groups.map((group) => ({ group, until: NOW + 1n }));
const cart = placed('shop/cart', [1, 'east', 2], [2, 'west', 2]);

test('a cluster is lost when all that leads there is ejected, until one of it has served again', () => {
  assert.deepEqual([...lostClusters('east', out(2), [cart], up, NOW)], []);
  const lost = lostClusters('east', out(2, 2), [cart], up, NOW);
  assert.deepEqual([...lost], [['west', 'all that leads there is ejected for shop/cart']]);
  assert.deepEqual(
    [...lostClusters('east', out(2, 2), [cart], up, NOW + 2n)].length,
    1,
    'over, but nobody has succeeded',
  );
  assert.deepEqual([...lostClusters('east', [...out(2), { group: 2, until: 0n }], [cart], up, NOW)], []);
  assert.deepEqual([...lostClusters('east', out(2, 2), [cart], up, NOW + 700_000_000_000n)], []);
});

test('the own cluster is never lost', () => {
  assert.deepEqual([...lostClusters('east', out(1, 1), [cart], up, NOW)], []);
});

test('of many services three are named', () => {
  const many = ['a', 'b', 'c', 'd', 'e'].map((name, i) => placed(`shop/${name}`, [10 + i, 'west', 1]));
  const [why] = lostClusters('east', out(10, 11, 12, 13, 14), many, up, NOW).values();
  assert.equal(why, 'all that leads there is ejected for shop/a, shop/b, shop/c and 2 more');
});

test('a cluster that is down is lost whatever is ejected', () => {
  const down = (cluster: string) => (cluster === 'west' ? ClusterFlag.Down : ClusterFlag.Drained);
  assert.deepEqual([...lostClusters('east', [], [cart], down, NOW)], [['west', 'its gateways do not answer probes']]);
});
