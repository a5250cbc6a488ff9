import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, silentLog } from '#kit/index.ts';
import type { Stage } from './process-table.ts';
import { type Child, createSupervisor } from './supervisor.ts';

/** Time that moves when told to. */
function handClock() {
  let now = 0;
  const timers = new Set<{ at: number; run: () => void }>();
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    random: () => 0.5,
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
  const advance = async (ms: number) => {
    now += ms;
    for (const timer of [...timers].filter(({ at }) => at <= now)) {
      timers.delete(timer);
      timer.run();
    }
    await settle();
  };
  return { clock, advance };
}

async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

function stage(...specs: readonly [name: string, stage: Stage][]) {
  const { clock, advance } = handClock();
  const started: string[] = [];
  const signals: string[] = [];
  const living = new Map<string, (signal: string) => void>();
  let pid = 100;
  const supervisor = createSupervisor({
    processes: specs.map(([name, when]) => ({ name, stage: when })),
    clock,
    log: silentLog,
    start: async ({ name }): Promise<Child> => {
      started.push(name);
      const exited = new Promise<{ code: undefined; signal: string }>((resolve) => {
        living.set(name, (signal) => resolve({ code: undefined, signal }));
      });
      const signal = (it: NodeJS.Signals) => {
        signals.push(`${it} ${name}`);
        if (it === 'SIGTERM' || it === 'SIGKILL') living.get(name)?.(it);
        return true;
      };
      return { pid: ++pid, startTime: '1', exited, signal };
    },
  });
  const die = async (name: string) => {
    living.get(name)?.('SIGSEGV');
    await settle();
  };
  return { supervisor, advance, started, signals, die };
}

const state = (supervisor: { status(): { name: string; state: string }[] }) =>
  Object.fromEntries(supervisor.status().map(({ name, state: it }) => [name, it]));

test('API servers are started first, the rest when told to', async () => {
  const { supervisor, started } = stage(['apiserver/a', 'api'], ['member/a', 'rest']);
  supervisor.begin('api');
  await settle();
  assert.deepEqual(started, ['apiserver/a']);
  supervisor.begin('rest');
  supervisor.begin('rest');
  await settle();
  assert.deepEqual(started, ['apiserver/a', 'member/a']);
});

test('a process that dies is started again after a back-off that grows and is forgotten after a steady run', async () => {
  const { supervisor, advance, started, die } = stage(['hub', 'rest']);
  supervisor.begin('rest');
  await settle();
  await die('hub');
  assert.deepEqual(state(supervisor), { hub: 'waiting' });
  await advance(199);
  assert.equal(started.length, 1);
  await advance(1);
  assert.equal(started.length, 2);
  await die('hub');
  await advance(399);
  assert.equal(started.length, 2, 'the second time it waits twice as long');
  await advance(1);
  assert.equal(started.length, 3);
  await advance(20_000);
  await die('hub');
  await advance(200);
  assert.equal(started.length, 4);
  assert.equal(supervisor.status()[0]?.restarts, 3);
});

test('what was stopped stays down until it is started', async () => {
  const { supervisor, advance, started, signals } = stage(
    ['agent/a/n1', 'rest'],
    ['agent/a/n2', 'rest'],
    ['agent/b/n1', 'rest'],
  );
  supervisor.begin('rest');
  await settle();
  assert.deepEqual(await supervisor.stop('agent/a'), ['agent/a/n1', 'agent/a/n2']);
  assert.deepEqual(signals, ['SIGTERM agent/a/n1', 'SIGTERM agent/a/n2']);
  await advance(60_000);
  assert.equal(started.length, 3);
  assert.deepEqual(state(supervisor), { 'agent/a/n1': 'stopped', 'agent/a/n2': 'stopped', 'agent/b/n1': 'running' });
  assert.deepEqual(supervisor.start('agent/a/n1'), ['agent/a/n1']);
  await settle();
  assert.equal(started.length, 4);
});

test('a process killed by a fault comes back', async () => {
  const { supervisor, advance, started, signals } = stage(['hub', 'rest']);
  supervisor.begin('rest');
  await settle();
  assert.deepEqual(supervisor.kill('hub'), ['hub']);
  await settle();
  await advance(200);
  assert.deepEqual(signals, ['SIGKILL hub']);
  assert.equal(started.length, 2);
  assert.deepEqual(state(supervisor), { hub: 'running' });
});

test('what crashed for good stays down, what is frozen goes on, and neither is started twice', async () => {
  const { supervisor, advance, started, signals } = stage(['agent/a', 'rest'], ['hub', 'rest']);
  supervisor.begin('rest');
  await settle();
  assert.deepEqual(await supervisor.crash('hub'), ['hub']);
  assert.deepEqual(supervisor.freeze('all'), ['agent/a']);
  assert.deepEqual(supervisor.freeze('all'), []);
  await advance(60_000);
  assert.deepEqual(state(supervisor), { 'agent/a': 'frozen', hub: 'stopped' });
  assert.deepEqual(supervisor.start('all'), ['agent/a', 'hub']);
  await settle();
  assert.deepEqual(signals, ['SIGKILL hub', 'SIGSTOP agent/a', 'SIGCONT agent/a']);
  assert.deepEqual(started, ['agent/a', 'hub', 'hub']);
  assert.deepEqual(state(supervisor), { 'agent/a': 'running', hub: 'running' });
});

test('a process stopped while it waits to be started again is not started', async () => {
  const { supervisor, advance, started, die } = stage(['hub', 'rest']);
  supervisor.begin('rest');
  await settle();
  await die('hub');
  await supervisor.stop('hub');
  await advance(60_000);
  assert.equal(started.length, 1);
});

test('one more is kept running until it is removed, and then forgotten', async () => {
  const { supervisor, advance, started, signals, die } = stage(['hub', 'rest']);
  supervisor.add({ name: 'relay', stage: 'rest' });
  supervisor.add({ name: 'relay', stage: 'rest' });
  await settle();
  await die('relay');
  await advance(200);
  assert.deepEqual(started, ['relay', 'relay']);
  assert.deepEqual(state(supervisor), { hub: 'waiting', relay: 'running' });
  assert.deepEqual(await supervisor.remove('relay'), ['relay']);
  await advance(60_000);
  assert.deepEqual(signals, ['SIGTERM relay']);
  assert.deepEqual(state(supervisor), { hub: 'waiting' });
});

test('an unknown target is nobody, not everybody', () => {
  const { supervisor } = stage(['agent/a', 'rest'], ['agent/ab', 'rest']);
  supervisor.begin('rest');
  assert.deepEqual(supervisor.kill(''), []);
  assert.deepEqual(supervisor.start('agen'), []);
});
