import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { ip, isFault, sleep, systemClock } from '#kit/index.ts';
import { tableOf, tables, Topic } from '#kernel/index.ts';
import { type Stage, stage } from '#kernel/testing/stage.ts';
import { vipKey } from '../apply/desired.ts';
import type { Registration } from '../duties/register.ts';
import type { TopicName } from './agent-events.ts';
import type { NamedEvent } from './named-event.ts';
import { namesFile } from './names-file.ts';
import { watchAgents, type WatchQuestion, type WatchSummary } from './watch-events.ts';

const GOOD = '127.0.0.71';
const DEAD = '127.0.0.72';
const CART = { address: '240.10.8.1', port: 80 };
const MENU = { address: '240.10.8.2', port: 80 };
const SYSLOG = { address: '240.10.8.3', port: 514 };
const FAR = 1;

let on: Stage;
let agent: Registration;
const stateDir = mkdtempSync(join(tmpdir(), 'sealane-watch-'));

before(async () => {
  on = await stage({ events: 4096 });
  await on.servers.serveTcp(GOOD);
  on.world.serve(CART.address, CART.port, 'tcp', [[{ backends: [{ at: GOOD, cluster: FAR }] }]]);
  const { pinDir } = on.arena;
  agent = { cluster: 'east', node: 'node-1', kubeconfig: '', pinDir, stateDir, serviceProxy: false, resolvers: [] };
  const key = (vip: typeof CART) => vipKey({ address: ip(vip.address), port: vip.port, protocol: 'TCP' });
  on.world.serve(SYSLOG.address, SYSLOG.port, 'udp', [[{ backends: [{ at: GOOD, cluster: FAR }] }]]);
  namesFile(stateDir).write({ services: { [key(CART)]: 'shop/cart', [key(MENU)]: 'shop/menu' }, lanes: {} });
  writeFileSync(join(stateDir, 'clusters.json'), '["east", "west"]');
});
after(async () => {
  rmSync(stateDir, { recursive: true });
  await on[Symbol.asyncDispose]();
});

/** A test that fails does not come to end what it watches. */
const endings: AbortController[] = [];
afterEach(() => {
  for (const ending of endings.splice(0)) ending.abort();
});

interface Watching {
  readonly events: readonly NamedEvent[];
  end(): Promise<WatchSummary>;
}

async function watching(topics: readonly TopicName[], more: Partial<WatchQuestion> = {}): Promise<Watching> {
  const events: NamedEvent[] = [];
  const ending = new AbortController();
  endings.push(ending);
  const done = watchAgents([agent], {
    ...{ topics, oneIn: 1, signal: ending.signal, clock: systemClock },
    onEvent: (event) => events.push(event),
    onUntold: () => {},
    ...more,
  });
  await Promise.race([done, until(() => topics.every(isOn))]);
  return {
    events,
    end() {
      ending.abort();
      return done;
    },
  };
}

const TOPICS = { flows: Topic.Flows, drops: Topic.Drops, ejections: Topic.Ejections } as const;

function isOn(topic: TopicName): boolean {
  return (tableOf(on.hooks, tables.watches).get(TOPICS[topic])?.until ?? 0n) > 0n;
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = systemClock.monotonic() + 20_000;
  while (!isSo()) {
    assert.ok(systemClock.monotonic() < deadline, 'in time');
    await sleep(systemClock, 10);
  }
}

const kinds = (events: readonly NamedEvent[]) => events.map(({ event }) => event);

test('what becomes of a call is told with its names, round trip, bytes and duration', async () => {
  const watch = await watching(['flows'], { namespace: 'shop' });
  await on.caller.calls(CART, 1);
  await until(() => watch.events.some(({ event }) => event === 'closed'));
  const { events } = await watch.end().then(() => watch);
  assert.deepEqual(kinds(events), ['picked', 'established', 'closed']);
  assert.equal(new Set(events.map(({ socket }) => socket)).size, 1);
  const [picked, established, closed] = events;
  const common = { namespace: 'shop', service: 'cart', protocol: 'TCP', destinationCluster: 'west', tier: 1 };
  for (const event of events) assert.deepEqual({ ...event, ...common, destination: '240.10.8.1:80' }, event);
  assert.deepEqual([picked?.cluster, picked?.node, picked?.backend], ['east', 'node-1', `${GOOD}:80`]);
  assert.match(established?.source ?? '', /^127\.0\.0\.1:\d+$/);
  assert.ok((established?.rttMs ?? 0) > 0, 'a handshake takes time');
  assert.ok((closed?.bytesSent ?? 0) > 6 && (closed?.bytesReceived ?? 0) > 10, JSON.stringify(closed));
  assert.ok(Math.abs(Date.parse(picked?.time ?? '') - systemClock.now()) < 60_000);
});

test('connected UDP is told when it is picked and when it ends, after how long', async () => {
  const watch = await watching(['flows']);
  const { id } = await on.caller.udpOpen(SYSLOG);
  await on.caller.close(id);
  await until(() => watch.events.length > 1);
  await watch.end();
  assert.deepEqual(kinds(watch.events), ['picked', 'closed']);
  const [picked, closed] = watch.events;
  const { time, event, lastedMs = -1, ...rest } = closed ?? assert.fail('it has no end');
  assert.deepEqual({ ...rest, time: picked?.time, event: 'picked' }, picked, 'nothing that is not known');
  assert.ok(lastedMs >= 0 && lastedMs < 60_000, `${lastedMs} ms`);
});

test('refusals are told with what was called, a port that its service does not have too', async () => {
  const watch = await watching(['drops'], { service: 'shop/cart' });
  await on.caller.calls({ address: CART.address, port: 81 }, 1);
  await until(() => watch.events.length > 0);
  await watch.end();
  const [{ event, reason, destination, protocol, namespace, service } = {} as NamedEvent] = watch.events;
  assert.deepEqual([event, reason, destination, protocol], ['refused', 'UnknownPort', '240.10.8.1:81', 'TCP']);
  assert.deepEqual([namespace, service], ['shop', 'cart']);
});

test('an ejection is told with its evidence, then the trial, then that the backend is back', async () => {
  const tiers = [[{ backends: [{ at: DEAD, cluster: FAR }] }], [{ backends: [{ at: GOOD }] }]];
  const menu = on.world.serve(MENU.address, MENU.port, 'tcp', tiers);
  on.world.limit(menu, { failures: 2, baseMs: 100 });
  const watch = await watching(['ejections', 'flows'], { service: 'shop/menu', cluster: 'west' });
  assert.deepEqual(await on.caller.calls(MENU, 1), ['ECONNREFUSED']);
  assert.deepEqual(await on.caller.calls(MENU, 1), ['ECONNREFUSED']);
  await on.servers.serveTcp(DEAD);
  await until(() => watch.events.some(({ event }) => event === 'ejected'));
  const isBack = () => watch.events.some(({ event }) => event === 'back');
  for (let call = 0; call < 200 && !isBack(); call++) {
    await on.caller.calls(MENU, 1);
    await sleep(systemClock, 25);
  }
  await watch.end();
  assert.equal(kinds(watch.events).filter((kind) => kind === 'failed').length, 2);
  const judged = watch.events.filter(({ event }) => ['ejected', 'trial', 'back'].includes(event));
  assert.deepEqual(kinds(judged), ['ejected', 'trial', 'back']);
  const [{ backend, connectFailures, times, ejectedMs = 0 } = {} as NamedEvent] = judged;
  assert.deepEqual([backend, connectFailures, times], [`${DEAD}:80`, 2, 1]);
  assert.ok(ejectedMs >= 87 && ejectedMs <= 113, `${ejectedMs} ms of 100`);
});

test('a sample has all events of a socket or none', async () => {
  const watch = await watching(['flows'], { oneIn: 4 });
  for (let round = 0; round < 40; round++) await on.caller.calls(CART, 1);
  await until(() => watch.events.at(-1)?.event === 'closed');
  const { lost } = await watch.end();
  const sockets = Map.groupBy(watch.events, ({ socket }) => socket);
  assert.ok(sockets.size > 2 && sockets.size < 38, `${sockets.size} of 40`);
  assert.equal(lost, 0);
  for (const events of [...sockets.values()].slice(0, -1))
    assert.deepEqual(kinds(events), ['picked', 'established', 'closed']);
});

test('what does not fit into the ring is counted', async () => {
  // No look at the ring comes between: the watcher is this process, which is kept busy.
  const watch = await watching(['flows'], {
    clock: { ...systemClock, after: (ms, run) => systemClock.after(ms * 30, run) },
  });
  await on.caller.calls(CART, 160);
  const { lost, events } = await watch.end();
  assert.ok(lost > 0, `${events} told, ${lost} lost`);
});

test('only one watches a node; another is told so', async () => {
  const watch = await watching(['flows']);
  await assert.rejects(watching(['drops']), (error) => isFault(error, 'agent/watched-already'));
  assert.ok(!isOn('drops'));
  await watch.end();
  assert.ok(!isOn('flows'), 'off at the end');
});

test('nothing is written while nobody watches, and a watcher that is killed leaves nothing on', async () => {
  const script = `import { watchAgents } from ${JSON.stringify(import.meta.resolve('./watch-events.ts'))};
    import { systemClock } from '#kit/index.ts';
    const signal = new AbortController().signal;
    await watchAgents([${JSON.stringify(agent)}], { topics: ['flows'], oneIn: 1, signal, clock: systemClock, onEvent() {}, onUntold() {} });`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: 'inherit',
    cwd: import.meta.dirname,
  });
  await until(() => isOn('flows'));
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.ok(isOn('flows'), 'it could not turn it off');
  await until(() => {
    void on.caller.calls(CART, 1);
    return !isOn('flows');
  });
  const watch = await watching(['flows']);
  assert.deepEqual(watch.events, [], 'what was meant for another is not told');
  await watch.end();
});
