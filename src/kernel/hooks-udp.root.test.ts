import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Refusal } from './generated/enums.ts';
import { type Stage, stage } from './testing/stage.ts';

let on: Stage;
const A = '127.0.0.21';
const B = '127.0.0.22';

before(async () => {
  on = await stage();
  await Promise.all([A, B].map((address) => on.servers.serveUdp(address)));
});
after(() => on[Symbol.asyncDispose]());

let vips = 0;
const vip = (): { address: string; port: number } => ({ address: `240.10.2.${++vips}`, port: 5353 });
const text = (to: { address: string; port: number }): string => `${to.address}:${to.port}`;
const both = [{ backends: [{ at: A, port: 53 }] }, { backends: [{ at: B, port: 53 }] }];

test('one socket that talks to two VIPs sees each answer come from its own', async () => {
  const [one, two] = [vip(), vip()];
  on.world.serve(one.address, one.port, 'udp', [[{ backends: [{ at: A, port: 53 }] }]]);
  on.world.serve(two.address, two.port, 'udp', [[{ backends: [{ at: B, port: 53 }] }]]);
  const { id } = await on.caller.udpOpen();
  for (const [to, who] of [
    [one, A],
    [two, B],
    [one, A],
    [two, B],
  ] as const) {
    assert.deepEqual(await on.caller.udpSend(id, to), { who, from: text(to) });
  }
});

test('a socket with more VIPs than it remembers still reaches each of them', async () => {
  const { id } = await on.caller.udpOpen();
  const all = Array.from({ length: 6 }, vip);
  for (const to of all) on.world.serve(to.address, to.port, 'udp', [[{ backends: [{ at: A, port: 53 }] }]]);
  for (const to of [...all, ...all]) assert.deepEqual(await on.caller.udpSend(id, to), { who: A, from: text(to) });
});

test('a connected socket says it is connected to the VIP, and answers come from it', async () => {
  const to = vip();
  on.world.serve(to.address, to.port, 'udp', [[{ backends: [{ at: A, port: 53 }] }]]);
  const { id, peer } = await on.caller.udpOpen(to);
  assert.equal(peer, text(to));
  assert.deepEqual(await on.caller.udpSend(id), { who: A, from: text(to) });
});

test('a socket stays with its backend, and leaves it when that backend becomes another', async () => {
  const to = vip();
  const { groups } = on.world.serve(to.address, to.port, 'udp', [both]);
  const { id } = await on.caller.udpOpen();
  const { who } = await on.caller.udpSend(id, to);
  for (let i = 0; i < 30; i++) assert.equal((await on.caller.udpSend(id, to)).who, who);

  const mine = groups[0]?.[who === A ? 0 : 1] ?? 0;
  on.world.backendAt(on.world.firstOf(mine), { generation: 0 });
  const other = who === A ? B : A;
  assert.deepEqual(await on.caller.udpSend(id, to), { who: other, from: text(to) });

  on.world.backendAt(on.world.firstOf(mine), { generation: 2 });
  for (let i = 0; i < 30; i++) assert.equal((await on.caller.udpSend(id, to)).who, other);
});

test('different sockets get different backends', async () => {
  const to = vip();
  on.world.serve(to.address, to.port, 'udp', [both]);
  const seen = new Set<string>();
  for (let i = 0; i < 40; i++) seen.add((await on.caller.udpSend((await on.caller.udpOpen()).id, to)).who);
  assert.deepEqual([...seen].sort(), [A, B]);
});

test('sending where nothing may serve is refused and counted', async () => {
  const to = vip();
  on.world.serve(to.address, to.port, 'udp', [[{ backends: [{ at: A, port: 53, generation: 0 }] }]]);
  const { id } = await on.caller.udpOpen();
  const before = on.refused(Refusal.NoBackend);
  assert.equal((await on.caller.udpSend(id, to)).who, 'ECONNREFUSED');
  assert.equal((await on.caller.udpSend(id, { ...to, port: 1 })).who, 'ECONNREFUSED');
  assert.equal(on.refused(Refusal.NoBackend), before + 1);
});

test('a resolver that dies is replaced by the next tier with the next query, and is back with its socket', async () => {
  const to = vip();
  const slot = { pin: `${on.arena.pinDir}/maps/alive`, slot: 3 };
  const node = '127.0.0.29';
  on.world.serve(to.address, to.port, 'udp', [
    [{ backends: [{ at: node, port: 53, needs: 3 }] }],
    [{ backends: [{ at: B, port: 53 }] }],
  ]);
  const { id } = await on.caller.udpOpen();
  assert.equal((await on.caller.udpSend(id, to)).who, B, 'no resolver yet');

  const resolver = await on.arena.servers();
  await resolver.serveUdp(node, 53, slot);
  const fresh = await on.caller.udpOpen();
  assert.equal((await on.caller.udpSend(fresh.id, to)).who, node);

  await resolver.kill();
  assert.deepEqual(await on.caller.udpSend(fresh.id, to), { who: B, from: text(to) });
});

test('the cluster DNS itself is left alone while the resolver is away', async () => {
  const dns = { address: B, port: 53 };
  const node = '127.0.0.30';
  on.world.serve(dns.address, dns.port, 'udp', [
    [{ backends: [{ at: node, port: 53, needs: 4 }] }],
    [{ backends: [{ at: '0.0.0.0', pass: true }] }],
  ]);
  const { id } = await on.caller.udpOpen();
  assert.deepEqual(await on.caller.udpSend(id, dns), { who: B, from: text(dns) });

  const resolver = await on.arena.servers();
  await resolver.serveUdp(node, 53, { pin: `${on.arena.pinDir}/maps/alive`, slot: 4 });
  assert.deepEqual(await on.caller.udpSend(id, dns), { who: node, from: text(dns) });
  await resolver.kill();
  assert.deepEqual(await on.caller.udpSend(id, dns), { who: B, from: text(dns) });
});

test('a TCP listener holds a slot as well', async () => {
  const to = vip();
  const node = '127.0.0.31';
  on.world.serve(to.address, to.port, 'tcp', [[{ backends: [{ at: node, port: 53, needs: 5 }] }]]);
  assert.deepEqual(await on.caller.calls(to, 1), ['ECONNREFUSED']);
  const resolver = await on.arena.servers();
  await resolver.serveTcp(node, 53, { pin: `${on.arena.pinDir}/maps/alive`, slot: 5 });
  assert.deepEqual(await on.caller.calls(to, 1), [node]);
  await resolver.kill();
  assert.deepEqual(await on.caller.calls(to, 1), ['ECONNREFUSED']);
});

test('a socket keeps its backend when the group moves, and not when the backend is taken out of it', async () => {
  const to = vip();
  const { groups } = on.world.serve(to.address, to.port, 'udp', [
    [{ backends: [A, B].map((at) => ({ at, port: 53 })) }],
  ]);
  const group = groups[0]?.[0] ?? 0;
  const sockets = await Promise.all(Array.from({ length: 8 }, () => on.caller.udpOpen()));
  const answers = () => Promise.all(sockets.map(async ({ id }) => (await on.caller.udpSend(id, to)).who));
  const first = await answers();
  for (let i = 0; i < 3; i++) {
    on.world.moveGroup(group);
    assert.deepEqual(await answers(), first);
  }
  on.world.moveGroup(group, on.world.firstOf(group));
  assert.deepEqual(
    await answers(),
    first.map(() => B),
  );
});

test('a group whose word is empty loses its sockets', async () => {
  const to = vip();
  const { groups, firstTier } = on.world.serve(to.address, to.port, 'udp', [both]);
  const { id } = await on.caller.udpOpen();
  const { who } = await on.caller.udpSend(id, to);
  const [mine = 0, other = 0] = who === A ? (groups[0] ?? []) : (groups[0] ?? []).toReversed();
  on.world.giveTo(firstTier, other);
  on.world.groups[mine] = 0n;
  assert.equal((await on.caller.udpSend(id, to)).who, who === A ? B : A);
});
