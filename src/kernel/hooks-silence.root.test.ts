/** Unconnected UDP leaves a backend that is silent, where the service is one that answers. The second that it takes passes once for all tests. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Refusal } from './generated/enums.ts';
import { tables } from './generated/tables.ts';
import { type Stage, stage } from './testing/stage.ts';
import { tableOf } from './table.ts';
import type { BackendSpec, Served } from './testing/world.ts';

let on: Stage;
/** Answers. */
const GOOD = '127.0.0.24';
/** Nobody listens. */
const [SILENT, MUTE] = ['127.0.0.25', '127.0.0.26'];
/** More than the hooks wait for, a tick and what the clock is coarse by. */
const LONG_MS = 1_050;

before(async () => {
  on = await stage();
  await on.servers.serveUdp(GOOD);
});
after(() => on[Symbol.asyncDispose]());

interface Service extends Served {
  readonly to: { readonly address: string; readonly port: number };
}

let made = 0;

/** One tier for each backend, in order. */
function serve(...order: readonly BackendSpec[]): Service {
  const to = { address: `240.10.12.${++made}`, port: 53 };
  const tiers = order.map((spec) => [{ backends: [{ port: 53, ...spec }] }]);
  return { to, ...on.world.serve(to.address, to.port, 'udp', tiers) };
}

/** Another socket has heard it, as far as the kernel knows. */
function answered({ service }: Served): void {
  tableOf(on.hooks, tables.heard_at).put(service, Math.floor(Number(process.hrtime.bigint()) / 1e9) + 1);
}

function heardAt({ service }: Served): number | undefined {
  return tableOf(on.hooks, tables.heard_at).get(service);
}

/** How often it was left for another, by tier. */
function movesOf({ service, groups }: Served): (bigint | undefined)[] {
  return groups.map(([group = 0]) => tableOf(on.hooks, tables.traffic).get({ service, group })?.moves);
}

/** A socket that has sent so often in vain. */
async function inVain({ to }: Service, sends = 3): Promise<number> {
  const { id } = await on.caller.udpOpen();
  assert.equal(await on.caller.udpFire(id, to, sends), 0);
  return id;
}

function pass(ms: number): Promise<void> {
  const end = process.hrtime.bigint() + BigInt(ms) * 1_000_000n;
  return new Promise((resolve) =>
    setTimeout(function look() {
      return process.hrtime.bigint() >= end ? resolve() : void setTimeout(look, 1);
    }, ms),
  );
}

test('a silent backend', { timeout: 60_000 }, async (t) => {
  const services = {
    answering: serve({ at: SILENT }, { at: GOOD }),
    burst: serve({ at: SILENT }, { at: GOOD }),
    oneWay: serve({ at: SILENT }, { at: GOOD }),
    keeping: serve({ at: SILENT }, { at: GOOD }),
    alone: serve({ at: SILENT }),
    two: serve({ at: SILENT }, { at: MUTE }, { at: GOOD }),
    talking: serve({ at: GOOD }, { at: SILENT }),
  };
  const { answering, burst, oneWay, keeping, alone, two, talking } = services;
  on.world.affinities.set(keeping.service, 60);
  for (const service of [answering, burst, keeping, alone, two]) answered(service);
  const sockets = {
    answering: await inVain(answering),
    few: await inVain(answering, 2),
    oneWay: await inVain(oneWay),
    keeping: await inVain(keeping),
    alone: await inVain(alone),
    two: await inVain(two),
    talking: (await on.caller.udpOpen()).id,
  };
  for (let i = 0; i < 4; i++) assert.equal((await on.caller.udpSend(sockets.talking, talking.to)).who, GOOD);
  const burstId = await inVain(burst, 20);
  await on.caller.udpFire(burstId, burst.to);
  assert.equal(await on.caller.udpFire(burstId, burst.to), 0, 'many within a second are no silence');
  await pass(LONG_MS);

  await t.test('is left with the next datagram, and the answer comes from the VIP', async () => {
    const { address, port } = answering.to;
    assert.deepEqual(await on.caller.udpSend(sockets.answering, answering.to), {
      who: GOOD,
      from: `${address}:${port}`,
    });
    assert.equal((await on.caller.udpSend(sockets.answering, answering.to)).who, GOOD, 'and stays left');
  });

  await t.test('is kept where fewer were sent', async () => {
    assert.equal(await on.caller.udpFire(sockets.few, answering.to), 0);
    assert.equal((await on.caller.udpSend(sockets.few, answering.to)).who, GOOD, 'with the fourth it is left');
  });

  await t.test('is kept by a service that has never answered anybody', async () => {
    for (let i = 0; i < 5; i++) assert.equal(await on.caller.udpFire(sockets.oneWay, oneWay.to), 0);
    assert.equal(heardAt(oneWay), 0);
  });

  await t.test('is kept by a service that keeps clients', async () => {
    for (let i = 0; i < 5; i++) assert.equal(await on.caller.udpFire(sockets.keeping, keeping.to), 0);
  });

  await t.test('is kept where there is no other, and nothing is refused', async () => {
    const before = on.refused(Refusal.NoBackend);
    for (let i = 0; i < 5; i++) assert.equal(await on.caller.udpFire(sockets.alone, alone.to), 0);
    assert.equal(on.refused(Refusal.NoBackend), before);
  });

  await t.test('says nothing of it to others', async () => {
    assert.equal(await on.caller.udpFire((await on.caller.udpOpen()).id, answering.to), 0);
    assert.deepEqual([...tableOf(on.hooks, tables.health).all()], []);
  });

  await t.test('is not one that answers, however long ago the first', async () => {
    assert.ok((heardAt(talking) ?? 0) > 0);
    for (let i = 0; i < 4; i++) assert.equal((await on.caller.udpSend(sockets.talking, talking.to)).who, GOOD);
  });

  await t.test('that follows a silent one is given twice the time, and then neither is tried', async () => {
    await on.caller.udpFire(sockets.two, two.to, 4);
    await pass(LONG_MS);
    assert.equal(await on.caller.udpFire(sockets.two, two.to, 4), 0, 'a second is not enough');
    await pass(LONG_MS);
    assert.equal((await on.caller.udpSend(sockets.two, two.to)).who, GOOD);
  });

  await t.test('is counted by whom it was left for another', () => {
    assert.deepEqual(movesOf(answering), [2n, 0n], 'by two sockets');
    assert.deepEqual(movesOf(two), [1n, 1n, 0n]);
    for (const kept of [oneWay, keeping, alone, talking]) assert.equal(movesOf(kept)[0], 0n);
  });
});
