/** Sockets that hold a backend are found in every network namespace, and the chosen ones ended, no others: real sockets that wait for nothing. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { release } from 'node:os';
import { after, before, test } from 'node:test';
import { formatIp, ip } from '#kit/index.ts';
import { ClusterFlag } from './generated/enums.ts';
import type { GivenSocket } from './generated/structs.ts';
import { tables } from './generated/tables.ts';
import { mappedWords } from './mapped.ts';
import { bestWay, loadRescue, type Rescue, type Way } from './rescue-programs.ts';
import { tableOf } from './table.ts';
import { testOptions, type Stage, stage } from './testing/stage.ts';
import { Arena, type Pod, SIX } from './testing/test-arena.ts';
import type { BackendSpec, Served } from './testing/world.ts';

let on: Stage;
/** Where the same addresses and ports are others'. */
let elsewhere: Arena;
let there: Pod;
const A = '127.0.0.91';
const B = '127.0.0.92';
const [, , C] = SIX;
const UDP = 17;
const rescues = new Map<Way, Rescue>();

before(async () => {
  on = await stage();
  elsewhere = new Arena();
  const [servers, caller] = await Promise.all([elsewhere.servers(), on.arena.caller(elsewhere.netns)]);
  there = caller;
  await Promise.all([on.servers, servers].flatMap((pod) => [A, B].map((at) => pod.serveTcp(at))));
  await Promise.all([A, B, C].map((at) => on.servers.serveUdp(at)));
  await on.servers.serveTcp(C);
  // Where there are two ways of ending sockets, both of finding them are tried with them.
  for (const [i, way] of ways().entries())
    rescues.set(way, loadRescue(testOptions(on.arena), way, i === 0 ? 'map' : 'namespaces'));
});
after(async () => {
  for (const rescue of rescues.values()) rescue.close();
  await elsewhere[Symbol.asyncDispose]();
  await on[Symbol.asyncDispose]();
});

function ways(): Way[] {
  return bestWay() === 'program' ? ['program', 'diag'] : ['diag'];
}

let made = 0;
let clusters = 200;

interface Service extends Served {
  readonly to: { readonly address: string; readonly port: number };
}

/** One tier for each backend, in order. */
function serve(protocol: 'tcp' | 'udp', ...order: readonly BackendSpec[]): Service {
  const port = protocol === 'tcp' ? 80 : 53;
  const isSix = order[0]?.at.includes(':');
  const to = { address: isSix ? `fd00:240::${++made}` : `240.10.9.${++made}`, port };
  const tiers = order.map((spec) => [{ backends: [{ port, ...spec }] }]);
  return { to, ...on.world.serve(to.address, port, protocol, tiers) };
}

function held(rescue: Rescue, { service }: Served): GivenSocket[] {
  return [...rescue.list()].filter((socket) => socket.service === service);
}

function fail(cluster: number): void {
  on.world.clusters.set(cluster, ClusterFlag.Down);
}

/** Whether it is open still, by a round trip. */
async function answers(pod: Pod, id: number): Promise<boolean> {
  return pod.requests(id, 1).then(
    () => true,
    () => false,
  );
}

test('the kernel’s own way is taken from 6.5', () => {
  const [major = 0, minor = 0] = release().split(/[.-]/).map(Number);
  assert.equal(bestWay(), major > 6 || (major === 6 && minor >= 5) ? 'program' : 'diag');
});

test('a socket is listed with what it was given and where it is', async () => {
  const cluster = ++clusters;
  const service = serve('tcp', { at: A, cluster, generation: 7 });
  const { localPort } = await there.open(service.to);
  const [socket, ...more] = held(rescues.get('diag') as Rescue, service);
  assert.deepEqual(more, []);
  assert.ok(socket && socket.cookie > 0n);
  assert.deepEqual(
    { ...socket, cookie: 0n },
    {
      cookie: 0n,
      local: ip('127.0.0.1'),
      remote: ip(A),
      netns: statSync(elsewhere.netns).ino,
      device: 0,
      service: service.service,
      group: service.groups[0]?.[0],
      backend: on.world.firstOf(service.groups[0]?.[0] ?? 0),
      generation: 7,
      flags: 0,
      localPort,
      remotePort: 80,
      cluster,
      protocol: 6,
      state: 1,
    },
  );
});

for (const way of ways()) {
  const rescue = (): Rescue => rescues.get(way) as Rescue;

  test(`${way}: who waits for a cluster that is down gets an error, and nobody else does`, async () => {
    const [down, up] = [++clusters, ++clusters];
    const dead = serve('tcp', { at: A, cluster: down }, { at: B });
    const alive = serve('tcp', { at: A, cluster: up }, { at: B });
    const idle = await on.caller.open(dead.to);
    const twin = await there.open(alive.to, idle.localPort);
    const neighbour = await on.caller.open(alive.to);
    fail(down);
    const { ended, gone, failed } = rescue().end([...rescue().list('in-vain')]);
    assert.deepEqual([ended.map(({ localPort }) => localPort), gone, failed], [[idle.localPort], [], []]);
    assert.equal(await on.caller.endOf(idle.id), 'ECONNABORTED');
    assert.ok(await answers(there, twin.id), 'same addresses and ports, another namespace');
    assert.ok(await answers(on.caller, neighbour.id), 'same backend, another cluster');
  });

  test(`${way}: over IPv6 it is the same`, async () => {
    const service = serve('tcp', { at: C });
    const { id } = await on.caller.open(service.to);
    const found = held(rescue(), service);
    assert.deepEqual(
      found.map(({ remote }) => formatIp(remote)),
      [C],
    );
    assert.equal(rescue().end(found).ended.length, 1);
    assert.equal(await on.caller.endOf(id), 'ECONNABORTED');
    const datagrams = serve('udp', { at: C });
    const udp = await on.caller.udpOpen(datagrams.to);
    assert.equal(rescue().end(held(rescue(), datagrams)).ended.length, 1);
    assert.equal(await on.caller.endOf(udp.id), 'ECONNABORTED');
  });

  test(`${way}: nobody is found in vain where no other could serve`, async () => {
    const cluster = ++clusters;
    const service = serve('tcp', { at: A, cluster });
    const { id } = await on.caller.open(service.to);
    fail(cluster);
    assert.deepEqual([...rescue().list('in-vain')], []);
    on.world.clusters.set(cluster, 0);
    assert.ok(await answers(on.caller, id));
  });

  test(`${way}: connected UDP is ended; sockets that are not connected, or no more, are not found`, async () => {
    const service = serve('udp', { at: A });
    const [connected, free, left] = [
      await on.caller.udpOpen(service.to),
      await on.caller.udpOpen(),
      await on.caller.udpOpen(service.to),
    ];
    await on.caller.udpSend(free.id, service.to);
    await on.caller.udpDisconnect(left.id);
    const found = [...rescue().list('udp')].filter(({ service: index }) => index === service.service);
    assert.deepEqual(
      found.map(({ protocol, state }) => [protocol, state]),
      [[UDP, 1]],
    );
    assert.equal(rescue().end(found).ended.length, 1);
    assert.equal(await on.caller.endOf(connected.id), 'ECONNABORTED');
    assert.equal((await on.caller.udpSend(free.id, service.to)).who, A);
  });

  test(`${way}: one that ended before its turn is gone, and who has its ports now is left alone`, async () => {
    const service = serve('tcp', { at: A });
    const { localPort } = await on.caller.open(service.to);
    const found = held(rescue(), service);
    assert.equal(rescue().end(found).ended.length, 1);
    const { id } = await on.caller.open(service.to, localPort);
    assert.deepEqual(rescue().end(found), { ended: [], gone: found, failed: [] });
    assert.ok(await answers(on.caller, id));
  });

  test(`${way}: a namespace that is no more fails alone`, async () => {
    const service = serve('tcp', { at: A });
    await on.caller.open(service.to);
    const [socket] = held(rescue(), service) as [GivenSocket];
    const lost = { ...socket, netns: 1, cookie: socket.cookie + 1_000_000n };
    const { ended, failed } = rescue().end([lost, socket]);
    assert.deepEqual([ended, failed], [[socket], [{ socket: lost, cause: 'no path to its network namespace' }]]);
  });
}

/** As the kernel would have, with an end that no test lives to see. */
function eject({ groups }: Served, at: string): { times(): number | undefined } {
  const key = { addr: ip(at), port: 80, group: groups[0]?.[0] ?? 0 };
  const never = 2n ** 62n;
  const health = tableOf(on.hooks, tables.health);
  health.put(key, { until: never, term: 1n, connects: 2, answers: 0, times: 3, ejections: 1n });
  tableOf(on.hooks, tables.concern).put(0, never);
  return { times: () => health.get(key)?.times };
}

test('who waits for an ejected backend is found where the policy resets, and its end does not speak for the backend', async () => {
  const rescue = rescues.get('diag') as Rescue;
  const [resets, keeps] = [serve('tcp', { at: A }, { at: B }), serve('tcp', { at: A }, { at: B })];
  on.world.limit(resets, { resets: 1 });
  on.world.limit(keeps, { resets: 0 });
  const { id } = await on.caller.open(resets.to);
  await on.caller.open(keeps.to);
  assert.ok(await answers(on.caller, id), 'it has received something');
  const ejected = eject(resets, A);
  eject(keeps, A);
  const found = [...rescue.list('in-vain')];
  assert.deepEqual(
    found.map(({ service }) => service),
    [resets.service],
  );
  assert.equal(rescue.end(found).ended.length, 1);
  assert.equal(await on.caller.endOf(id), 'ECONNABORTED');
  assert.equal(ejected.times(), 3);
});

test('each ejection is counted in the word that the agent looks at', async () => {
  const before = mappedWords(on.hooks.map('ejections'))[0] ?? 0n;
  const service = serve('tcp', { at: '127.0.0.93' }, { at: A });
  on.world.limit(service, { failures: 1 });
  assert.deepEqual(await on.caller.calls(service.to, 1), ['ECONNREFUSED']);
  assert.equal(mappedWords(on.hooks.map('ejections'))[0], before + 1n);
});

test('sockets that were not given their backend are never found', async () => {
  const stranger = await on.servers.open({ address: A, port: 80 });
  const direct = await on.caller.open({ address: A, port: 80 });
  const ports = [...(rescues.get('diag') as Rescue).list()].map(({ localPort }) => localPort);
  assert.ok(!ports.includes(stranger.localPort) && !ports.includes(direct.localPort));
});
