/** The main path on islands that have nothing but IPv6. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, demonstration } from './island-set.ts';
import { watchWan } from './watch-wan.ts';

const set = await demonstration(`sltv${process.pid % 10_000}`, 'ipv6-only');

test('the demonstration answers from both clusters, and no packet on the WAN names a pod', async () => {
  const counted = await watchWan(set.name, { family: 'ip6', pods: 'fd00:10:244::/48', lanes: 'fd00:172:30::/48' });
  const { failed, clusters } = await call(set, 200);
  assert.deepEqual([failed, Object.keys(clusters).toSorted()], [0, ['cluster-1', 'cluster-3']]);
  const { pods, lanes } = await counted();
  assert.equal(pods, 0);
  assert.ok(lanes > 400, `${lanes} packets crossed the WAN`);
});
