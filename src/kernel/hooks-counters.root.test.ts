import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import type { Traffic } from './generated/structs.ts';
import { tables } from './generated/tables.ts';
import { programInfo } from './program.ts';
import { collectRunStats } from './run-stats.ts';
import { tableOf } from './table.ts';
import { type Stage, stage } from './testing/stage.ts';
import type { Served } from './testing/world.ts';

let on: Stage;
const A = '127.0.0.41';

before(async () => {
  on = await stage();
  await on.servers.serveTcp(A);
});
after(() => on[Symbol.asyncDispose]());

const NOTHING = { attempts: 0n, established: 0n, closed: 0n, failed: 0n, bytesSent: 0n, bytesReceived: 0n, moves: 0n };

function trafficOf({ service, groups }: Served): Traffic {
  return tableOf(on.hooks, tables.traffic).get({ service, group: groups[0]?.[0] ?? 0 }) ?? NOTHING;
}

async function until(met: () => boolean): Promise<void> {
  for (const end = Date.now() + 5000; !met(); ) {
    if (Date.now() > end) throw new Error('not within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function runs(): Map<string, bigint> {
  return new Map(on.hooks.programs.map(({ fd, name }) => [name, programInfo(fd).runCount]));
}

test('connections, their ends and their bytes are counted by service and cluster', async () => {
  const to = { address: '240.10.3.1', port: 80 };
  const served = on.world.serve(to.address, to.port, 'tcp', [[{ backends: [{ at: A }] }]]);
  const { id } = await on.caller.open(to);
  await until(() => trafficOf(served).established === 1n);
  await on.caller.requests(id, 10);
  await on.caller.close(id);
  await until(() => trafficOf(served).closed === 1n);

  const { attempts, failed, bytesSent, bytesReceived } = trafficOf(served);
  assert.deepEqual({ attempts, failed }, { attempts: 1n, failed: 0n });
  const sent = BigInt(10 * 'again\n'.length);
  const received = BigInt(10 * `${A} again\n`.length);
  assert.ok(bytesSent >= sent && bytesSent <= sent + 2n, `${bytesSent} sent, ${sent} and SYN and FIN expected`);
  assert.ok(bytesReceived >= received && bytesReceived <= received + 2n, `${bytesReceived} received`);
});

test('how long connections take to be established is counted by service and cluster, a SYN that was lost included', async () => {
  const to = { address: '240.10.3.7', port: 80 };
  const served = on.world.serve(to.address, to.port, 'tcp', [[{ backends: [{ at: A }] }]]);
  const times = () =>
    tableOf(on.hooks, tables.connect_times).get({ service: served.service, group: served.groups[0]?.[0] ?? 0 });
  await on.caller.calls(to, 5);
  const { sumUs = 0n, buckets = [] } = times() ?? {};
  assert.ok(sumUs >= 5n && sumUs < 5_000_000n, `${sumUs} µs`);
  assert.equal(
    buckets.reduce((sum, count) => sum + count),
    5n,
  );
  // One packet is lost, and the next SYN, a second later, is answered.
  const table = 'lost_once';
  const nft = (...args: string[]) => execFileSync('ip', ['netns', 'exec', on.arena.name, 'nft', ...args]);
  nft('add', 'table', 'inet', table);
  nft('add', 'chain', 'inet', table, 'in', '{ type filter hook input priority 0; }');
  nft(
    'add',
    'rule',
    'inet',
    table,
    'in',
    `tcp flags & (syn | ack) == syn ip daddr ${A} limit rate over 1/hour burst 1 packets accept`,
  );
  nft('add', 'rule', 'inet', table, 'in', `tcp flags & (syn | ack) == syn ip daddr ${A} drop`);
  await on.caller.calls(to, 1);
  nft('delete', 'table', 'inet', table);
  assert.ok((times()?.sumUs ?? 0n) - sumUs >= 900_000n, `${times()?.sumUs} µs`);
  assert.equal((times()?.buckets[10] ?? 0n) + (times()?.buckets[11] ?? 0n) + (times()?.buckets[12] ?? 0n), 1n);
});

test('a backend that answers with a reset is a failed connection', async () => {
  const to = { address: '240.10.3.2', port: 80 };
  const served = on.world.serve(to.address, to.port, 'tcp', [[{ backends: [{ at: A, port: 9 }] }]]);
  assert.deepEqual(await on.caller.calls(to, 3), ['ECONNREFUSED', 'ECONNREFUSED', 'ECONNREFUSED']);
  await until(() => trafficOf(served).failed === 3n);
  assert.equal(trafficOf(served).established, 0n);
});

test('a connect that never reached the wire is a failed connection', async () => {
  const to = { address: '240.10.3.3', port: 80 };
  const served = on.world.serve(to.address, to.port, 'tcp', [[{ backends: [{ at: '192.0.2.1' }] }]]);
  assert.deepEqual(await on.caller.calls(to, 2), ['ENETUNREACH', 'ENETUNREACH']);
  await until(() => trafficOf(served).failed === 2n);
  assert.equal(trafficOf(served).attempts, 2n);
});

test('a thousand requests on a kept connection run none of our programs', async () => {
  const to = { address: '240.10.3.4', port: 80 };
  const served = on.world.serve(to.address, to.port, 'tcp', [[{ backends: [{ at: A }] }]]);
  using _stats = collectRunStats();
  const start = runs();
  const { id } = await on.caller.open(to);
  await until(() => trafficOf(served).established === 1n);
  const connected = runs();
  assert.equal((connected.get('connect4') ?? 0n) - (start.get('connect4') ?? 0n), 1n, 'the connect itself was counted');

  await on.caller.requests(id, 1000);
  assert.deepEqual(runs(), connected);
  await on.caller.close(id);
});

test('hooks cost little', async (t) => {
  const to = { address: '240.10.3.5', port: 80 };
  on.world.serve(to.address, to.port, 'tcp', [[{ backends: [{ at: A }] }]]);
  using _stats = collectRunStats();
  const start = on.hooks.programs.map(({ fd }) => programInfo(fd));
  const COUNT = 1000;
  await on.caller.calls(to, COUNT);
  let total = 0;
  for (const [i, { fd, name }] of on.hooks.programs.entries()) {
    const info = programInfo(fd);
    const ns = Number(info.runTimeNs - (start[i]?.runTimeNs ?? 0n)) / COUNT;
    const count = Number(info.runCount - (start[i]?.runCount ?? 0n)) / COUNT;
    total += ns;
    t.diagnostic(`${name}: ${ns.toFixed(0)} ns and ${count.toFixed(2)} runs a connection`);
  }
  t.diagnostic(`all: ${total.toFixed(0)} ns a connection`);
  assert.ok(total < 50_000, 'not out of all proportion, on a busy machine');
});
