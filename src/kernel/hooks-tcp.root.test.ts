import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ip } from '#kit/index.ts';
import { ClusterFlag, Refusal } from './generated/enums.ts';
import { packRange } from './range.ts';
import { type Stage, stage } from './testing/stage.ts';

let on: Stage;
const A = '127.0.0.11';
const B = '127.0.0.12';
const C = '127.0.0.13';

before(async () => {
  on = await stage();
  await Promise.all([A, B, C].map((address) => on.servers.serveTcp(address)));
});
after(() => on[Symbol.asyncDispose]());

let vips = 0;
const vip = (): { address: string; port: number } => ({ address: `240.10.1.${++vips}`, port: 8080 });
const share = (answers: readonly string[], of: string): number =>
  answers.filter((answer) => answer === of).length / answers.length;

test('connections follow the weights', async () => {
  const to = vip();
  on.world.serve(to.address, to.port, 'tcp', [
    [
      { weight: 9, backends: [{ at: A }] },
      { weight: 1, backends: [{ at: B }] },
    ],
  ]);
  const answers = await on.caller.calls(to, 400);
  assert.ok(Math.abs(share(answers, A) - 0.9) < 0.05, `A had ${share(answers, A)}`);
  assert.ok(Math.abs(share(answers, B) - 0.1) < 0.05, `B had ${share(answers, B)}`);
});

test('the second tier serves only while nothing of the first may', async () => {
  const to = vip();
  on.world.serve(to.address, to.port, 'tcp', [
    [{ backends: [{ at: A, cluster: 1 }] }],
    [{ backends: [{ at: B, cluster: 2 }] }],
    [{ backends: [{ at: C, cluster: 3 }] }],
  ]);
  assert.equal(share(await on.caller.calls(to, 20), A), 1);
  on.world.clusters.set(1, ClusterFlag.Drained);
  assert.equal(share(await on.caller.calls(to, 20), B), 1);
  on.world.clusters.set(2, ClusterFlag.Down);
  assert.equal(share(await on.caller.calls(to, 20), C), 1);
  on.world.clusters.set(1, 0);
  on.world.clusters.set(2, 0);
  assert.equal(share(await on.caller.calls(to, 20), A), 1);
});

test('the only eligible share of a tier is found', async () => {
  const to = vip();
  const dead = Array.from({ length: 12 }, () => ({ weight: 50, backends: [{ at: A, generation: 0 }] }));
  on.world.serve(to.address, to.port, 'tcp', [
    [...dead, { weight: 1, backends: [{ at: B }] }],
    [{ backends: [{ at: C }] }],
  ]);
  assert.equal(share(await on.caller.calls(to, 50), B), 1);
});

test('the only eligible backend among thousands is found', async () => {
  const to = vip();
  const dead = Array.from({ length: 4000 }, () => ({ at: A, generation: 0 }));
  on.world.serve(to.address, to.port, 'tcp', [[{ weight: 3, backends: [...dead, { at: B }] }]]);
  assert.equal(share(await on.caller.calls(to, 20), B), 1);
});

test('where no backend may serve, the call is refused at once and counted', async () => {
  const to = vip();
  const { groups } = on.world.serve(to.address, to.port, 'tcp', [[{ backends: [{ at: A }] }]]);
  on.world.backendAt(on.world.firstOf(groups[0]?.[0] ?? 0), { generation: 0 });
  const before = on.refused(Refusal.NoBackend);
  assert.equal(share(await on.caller.calls(to, 5), 'ECONNREFUSED'), 1);
  assert.equal(on.refused(Refusal.NoBackend) - before, 5);
});

test('a service without tiers refuses', async () => {
  const to = vip();
  const { service } = on.world.serve(to.address, to.port, 'tcp', [[{ backends: [{ at: A }] }]]);
  on.world.services[service] = packRange({ first: 0, count: 0 });
  const before = on.refused(Refusal.NoTiers);
  assert.deepEqual(await on.caller.calls(to, 1), ['ECONNREFUSED']);
  assert.equal(on.refused(Refusal.NoTiers) - before, 1);
});

test('words that lead outside the tables refuse rather than send somewhere', async () => {
  const to = vip();
  const { service, firstTier, groups } = on.world.serve(to.address, to.port, 'tcp', [[{ backends: [{ at: A }] }]]);
  const outside = packRange({ first: 0xfffffff0, count: 4 });
  for (const spoil of [
    () => (on.world.groups[groups[0]?.[0] ?? 0] = outside),
    () => (on.world.tiers[firstTier] = outside),
    () => (on.world.services[service] = outside),
  ]) {
    spoil();
    assert.deepEqual(await on.caller.calls(to, 1), ['ECONNREFUSED']);
  }
});

test('another port of a VIP, and an address of the VIP range nobody has, are refused', async () => {
  const to = vip();
  on.world.serve(to.address, to.port, 'tcp', [[{ backends: [{ at: A }] }]]);
  const before = on.refused(Refusal.UnknownPort);
  assert.deepEqual(await on.caller.calls({ ...to, port: 9 }, 1), ['ECONNREFUSED']);
  assert.deepEqual(await on.caller.calls({ address: '240.10.200.200', port: 80 }, 1), ['ECONNREFUSED']);
  assert.equal(on.refused(Refusal.UnknownPort) - before, 2);
});

test('an address outside the VIP range is refused only while it is listed as a service address', async () => {
  const lone = { address: A, port: 81 };
  const before = on.refused(Refusal.UnknownPort);
  await on.caller.calls(lone, 1);
  assert.equal(on.refused(Refusal.UnknownPort), before);
  on.world.vips.put({ addr: ip('127.0.0.11'), port: 0, proto: 0 }, 0);
  await on.caller.calls(lone, 1);
  on.world.vips.delete({ addr: ip('127.0.0.11'), port: 0, proto: 0 });
  assert.equal(on.refused(Refusal.UnknownPort), before + 1);
});

test('the socket says it is connected to the VIP', async () => {
  const to = vip();
  on.world.serve(to.address, to.port, 'tcp', [[{ backends: [{ at: A }] }]]);
  const { id, peer } = await on.caller.open(to);
  assert.equal(peer, `${to.address}:${to.port}`);
  assert.equal(await on.caller.requests(id, 1), `${A} again`);
  await on.caller.close(id);
});

test('connections that are no business of ours pass untouched', async () => {
  const { id, peer } = await on.caller.open({ address: B, port: 80 });
  assert.equal(peer, `${B}:80`);
  await on.caller.close(id);
});

test('a PASS backend leaves the destination as it was', async () => {
  const to = { address: C, port: 80 };
  on.world.serve(to.address, to.port, 'tcp', [[{ backends: [{ at: '0.0.0.0', pass: true }] }]]);
  assert.deepEqual(await on.caller.calls(to, 1), [C]);
});
