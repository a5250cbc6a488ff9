import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ClusterFlag } from './generated/enums.ts';
import { tables } from './generated/tables.ts';
import { tableOf } from './table.ts';
import { type Stage, stage } from './testing/stage.ts';
import type { TierSpec } from './testing/world.ts';

let on: Stage;
const ALL = ['127.0.0.41', '127.0.0.42', '127.0.0.43', '127.0.0.44'];

before(async () => {
  on = await stage();
  await Promise.all(ALL.flatMap((address) => [on.servers.serveTcp(address), on.servers.serveUdp(address, 80)]));
});
after(() => on[Symbol.asyncDispose]());

let vips = 0;
const group = (cluster: number, ...addresses: (string | undefined)[]) => ({
  backends: addresses.map((at) => ({ at: at ?? '', port: 80, cluster })),
});

/** A service whose clients keep to what they had. */
function keeping(order: readonly TierSpec[], seconds = 60, protocol: 'tcp' | 'udp' = 'tcp') {
  const vip = { address: `240.10.4.${++vips}`, port: 80 };
  const served = on.world.serve(vip.address, vip.port, protocol, order);
  on.world.affinities.set(served.service, seconds);
  return { vip, ...served };
}

const whoAnswers = async (vip: { address: string; port: number }, count = 40) =>
  new Set(await on.caller.calls(vip, count));

test('a client keeps its backend for all its connections', async () => {
  const { vip } = keeping([[group(0, ...ALL)]]);
  assert.equal((await whoAnswers(vip)).size, 1);
});

test('without affinity it meets all of them', async () => {
  const { vip } = keeping([[group(0, ...ALL)]], 0);
  assert.equal((await whoAnswers(vip, 100)).size, ALL.length);
});

test('when its time is over it may get another', async () => {
  const { vip, service } = keeping([[group(0, ...ALL)]]);
  const clients = tableOf(on.hooks, tables.clients);
  const met = new Set<string>();
  for (let tries = 0; met.size < 2 && tries < 50; tries++) {
    const [kept = '', ...others] = await whoAnswers(vip, 3);
    assert.deepEqual(others, []);
    met.add(kept);
    for (const [key, client] of clients.entries())
      if (key.service === service) clients.put(key, { ...client, until: 1n });
  }
  assert.ok(met.size > 1);
});

test('the time of a client begins anew with each connection', async () => {
  const { vip, service } = keeping([[group(0, ...ALL)]], 3600);
  const clients = tableOf(on.hooks, tables.clients);
  const mine = () => [...clients.entries()].filter(([key]) => key.service === service);
  await whoAnswers(vip, 1);
  const [[key, client] = assert.fail()] = mine();
  assert.ok(key.netns > 0n);
  clients.put(key, { ...client, until: client.until - 1_000_000_000_000n });
  await whoAnswers(vip, 1);
  assert.ok((mine()[0]?.[1].until ?? 0n) >= client.until);
});

test('sockets of UDP keep to the same backend, each new one too', async () => {
  const { vip } = keeping([[group(0, ...ALL)]], 60, 'udp');
  const met = new Set<string>();
  for (let i = 0; i < 20; i++) met.add((await on.caller.udpSend((await on.caller.udpOpen()).id, vip)).who);
  assert.equal(met.size, 1);
});

test('a backend that goes is left, and the next one kept', async () => {
  const { vip, groups } = keeping([[group(0, ...ALL)]]);
  const [first] = await whoAnswers(vip, 1);
  const index = on.world.firstOf(groups[0]?.[0] ?? 0) + ALL.indexOf(first ?? '');
  on.world.moveGroup(groups[0]?.[0] ?? 0, index);
  const next = await whoAnswers(vip);
  assert.equal(next.size, 1);
  assert.ok(!next.has(first ?? ''));
});

test('one that is found at another place of its group is still the same', async () => {
  const { vip, groups } = keeping([[group(0, ...ALL)]]);
  const [first] = await whoAnswers(vip, 1);
  on.world.moveGroup(groups[0]?.[0] ?? 0);
  assert.deepEqual([...(await whoAnswers(vip))], [first]);
});

test('a client that was sent to a later tier comes back when an earlier one can', async () => {
  const { vip } = keeping([[group(1, ALL[0])], [group(2, ALL[1])]]);
  on.world.clusters.set(1, ClusterFlag.Down);
  assert.deepEqual([...(await whoAnswers(vip, 3))], [ALL[1]]);
  on.world.clusters.set(1, 0);
  assert.deepEqual([...(await whoAnswers(vip, 3))], [ALL[0]]);
});

test('a cluster that no longer has a share loses its clients', async () => {
  const { vip, firstTier, groups } = keeping([[group(1, ALL[0]), group(2, ALL[1])]]);
  const [first] = await whoAnswers(vip, 1);
  const [one = 0, two = 0] = groups[0] ?? [];
  on.world.giveTo(firstTier, first === ALL[0] ? two : one);
  assert.deepEqual([...(await whoAnswers(vip))], [first === ALL[0] ? ALL[1] : ALL[0]]);
});
