import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '#kit/index.ts';
import { standingClock } from '../testing/standing-clock.ts';
import { DrainDuty } from './drain-duty.ts';
import type { Drain, OpenConnection } from './model.ts';

const CART = 'shop/cart';
const WEB = 'shop/web';
const east = (change: Partial<Drain> = {}): Drain => ({ member: 'east', generation: 4, drained: true, ...change });
const to = (cluster: string, service?: string, more: Partial<OpenConnection> = {}): OpenConnection => ({
  cluster,
  ...(service !== undefined && { service }),
  ...more,
});

/** A node with connections, and its agent; time stands still but for `pass`. */
function node(open: readonly OpenConnection[], drains: readonly Drain[], policies: Record<string, number> = {}) {
  const { clock, pass } = standingClock();
  const now = { open, drains, changes: 0, ended: [] as OpenConnection[], broken: false, file: '{}' };
  const since = {
    read: (): unknown => JSON.parse(now.file),
    write(value: unknown) {
      if (now.file === 'full') throw new Error('no space');
      now.file = JSON.stringify(value);
    },
  };
  const inputs = {
    drains: () => now.drains,
    sockets: {
      open() {
        if (now.broken) throw new Error('no memory');
        return now.open;
      },
      end(these: readonly OpenConnection[]) {
        now.ended.push(...these);
        now.open = now.open.filter((one) => !these.includes(one));
      },
    },
    drainSeconds: (service: string) => policies[service],
    onChange: () => (now.changes += 1),
    since,
    clock,
    log: silentLog,
  };
  let duty = new DrainDuty(inputs);
  return {
    now,
    pass,
    said: () => duty.said(),
    inStep: (generation: number) => duty.inStep(new Map([['east', generation]])),
    kill: () => duty.stop(),
    start: () => (duty = new DrainDuty(inputs)),
  };
}

test('what is open to a member that is drained is said by service, half-open and of services that are gone too', async () => {
  const { said, pass, inStep } = node(
    [to('east', CART), to('west', CART), to('east', WEB), to('east', CART), to('east')],
    [east()],
  );
  assert.deepEqual(said(), {}, 'nothing before the tables are in step');
  inStep(4);
  await pass(0);
  assert.deepEqual(said(), {
    east: { generation: 4, connections: 4, services: { [CART]: 2, [WEB]: 1 } },
  });
});

test('where single services are drained, the others are not counted and not ended', async () => {
  const drain = east({ drained: false, drainedServices: [CART], deadline: 0 });
  const { now, said, pass, inStep } = node([to('east', CART), to('east', WEB), to('east')], [drain]);
  inStep(4);
  await pass(0);
  assert.deepEqual(said()['east']?.services, { [CART]: 1 });
  assert.deepEqual(now.ended, [to('east', CART)]);
});

test('a call for the own cluster’s endpoints is not waited for', async () => {
  const { now, said, pass, inStep } = node([to('east', CART, { stays: true })], [east({ deadline: 0 })]);
  inStep(4);
  await pass(0);
  assert.equal(said()['east']?.connections, 0);
  assert.deepEqual(now.ended, []);
});

test('tables that are behind the drain say so by the generation they are in step with', async () => {
  const { said, pass, inStep } = node([], [east({ generation: 5 })]);
  inStep(4);
  await pass(0);
  assert.equal(said()['east']?.generation, 4);
  inStep(5);
  await pass(1_000);
  assert.equal(said()['east']?.generation, 5);
});

test('it is said once a second at most, and only when it has changed', async () => {
  const { now, pass, inStep } = node([to('east', CART)], [east()]);
  inStep(4);
  await pass(0);
  assert.equal(now.changes, 1);
  now.open = [];
  inStep(4);
  await pass(999);
  assert.equal(now.changes, 1);
  await pass(1);
  assert.equal(now.changes, 2);
  await pass(10_000);
  assert.equal(now.changes, 2);
});

test('what is left at the deadline is ended, and what comes after it', async () => {
  const { now, pass, inStep } = node([to('east', CART), to('west', CART)], [east({ deadline: 5_000 })]);
  inStep(4);
  await pass(4_999);
  assert.deepEqual(now.ended, []);
  await pass(1_000);
  assert.deepEqual(now.ended, [to('east', CART)]);
  now.open = [to('east', WEB)];
  await pass(1_000);
  assert.equal(now.ended.length, 2);
});

test('a policy’s seconds end the connections of its service before the deadline, or without one', async () => {
  const { now, pass, inStep } = node([to('east', CART), to('east', WEB)], [east({ deadline: 60_000 })], { [CART]: 3 });
  inStep(4);
  await pass(2_999);
  assert.deepEqual(now.ended, []);
  await pass(1_001);
  assert.deepEqual(now.ended, [to('east', CART)]);
  await pass(56_000);
  assert.deepEqual(now.ended, [to('east', CART), to('east', WEB)]);
});

test('a drain that is taken back is spoken of no more, and begins anew when it is asked for again', async () => {
  const { now, said, pass, inStep } = node([to('east', CART)], [east()], { [CART]: 5 });
  inStep(4);
  await pass(4_000);
  now.drains = [];
  inStep(5);
  await pass(1_000);
  assert.deepEqual(said(), {});
  now.drains = [east({ generation: 6 })];
  inStep(6);
  await pass(4_000);
  assert.deepEqual(now.ended, [], 'its seconds are counted anew');
  await pass(2_000);
  assert.equal(now.ended.length, 1);
});

test('a look that fails leaves what was said, and the next one is taken a second later', async () => {
  const { now, said, pass, inStep } = node([to('east', CART)], [east()]);
  inStep(4);
  await pass(0);
  now.broken = true;
  await pass(1_000);
  assert.equal(said()['east']?.connections, 1);
  now.broken = false;
  now.open = [];
  await pass(1_000);
  assert.equal(said()['east']?.connections, 0);
});

test('a policy’s seconds go on over a restart, also while there is no agent', async () => {
  const { now, pass, inStep, kill, start } = node([to('east', CART)], [east()], { [CART]: 10 });
  inStep(4);
  for (const wait of [4_000, 4_000]) {
    await pass(wait);
    kill();
    start();
    inStep(4);
  }
  await pass(1_999);
  assert.deepEqual(now.ended, []);
  await pass(1_001);
  assert.deepEqual(now.ended, [to('east', CART)]);
  now.open = [to('east', CART)];
  kill();
  await pass(60_000);
  start();
  inStep(4);
  await pass(0);
  assert.equal(now.ended.length, 2, 'at the first look');
});

test('what was kept of a drain that is over, of before the machine started, or in nobody’s words is forgotten', async () => {
  for (const file of ['{"west shop/cart":0}', '{"east shop/cart":3600000}', '{"east shop/cart":"0"}', 'null']) {
    const { now, pass, inStep, start } = node([to('east', CART)], [east()], { [CART]: 5 });
    await pass(100_000);
    now.file = file;
    start();
    inStep(4);
    await pass(4_999);
    assert.deepEqual([now.ended, now.file], [[], '{"east shop/cart":100000}'], file);
    await pass(1_001);
    assert.equal(now.ended.length, 1, file);
  }
});

test('where nothing can be kept, connections are ended all the same', async () => {
  const { now, pass, inStep } = node([to('east', CART)], [east()], { [CART]: 1 });
  now.file = 'full';
  inStep(4);
  await pass(2_000);
  assert.equal(now.ended.length, 1);
});
