import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { Errno } from './errno.ts';
import { Refusal } from './generated/enums.ts';
import { tables } from './generated/tables.ts';
import { u32Key } from './map.ts';
import { tableOf } from './table.ts';
import { type Stage, stage } from './testing/stage.ts';

let on: Stage;
const A = '127.0.0.51';

before(async () => {
  on = await stage({ traffic: 1 });
  await Promise.all([on.servers.serveTcp(A), on.servers.serveUdp(A)]);
});
after(() => on[Symbol.asyncDispose]());

function optionMemory(bytes: number): void {
  const write = `echo ${bytes} > /proc/sys/net/core/optmem_max`;
  execFileSync('ip', ['netns', 'exec', on.arena.name, 'sh', '-c', write]);
}

test('a full table of traffic counters stops no call, and what goes uncounted is counted', async () => {
  const [first, second] = ['240.10.7.1', '240.10.7.2'].map((address) => ({ address, port: 80 }));
  assert.ok(first && second);
  for (const { address, port } of [first, second]) on.world.serve(address, port, 'tcp', [[{ backends: [{ at: A }] }]]);
  assert.deepEqual(await on.caller.calls(first, 1), [A]);
  assert.equal(on.refused(Refusal.TrafficFull), 0);
  assert.deepEqual(await on.caller.calls(second, 1), [A]);
  assert.ok(on.refused(Refusal.TrafficFull) > 0);
  assert.equal([...tableOf(on.hooks, tables.traffic).entries()].length, 1);
});

test('a socket that the kernel has no memory to remember a backend for is refused, and the next one is served', async () => {
  const tcp = { address: '240.10.7.3', port: 80 };
  const udp = { address: '240.10.7.3', port: 53 };
  on.world.serve(tcp.address, tcp.port, 'tcp', [[{ backends: [{ at: A }] }]]);
  on.world.serve(udp.address, udp.port, 'udp', [[{ backends: [{ at: A, port: 53 }] }]]);
  const { id } = await on.caller.udpOpen();
  optionMemory(0);
  const before = on.refused(Refusal.NoStorage);
  assert.deepEqual(await on.caller.calls(tcp, 2), ['ECONNREFUSED', 'ECONNREFUSED']);
  assert.equal((await on.caller.udpSend(id, udp)).who, 'ECONNREFUSED');
  assert.equal(on.refused(Refusal.NoStorage) - before, 3);

  optionMemory(131_072);
  assert.deepEqual(await on.caller.calls(tcp, 1), [A]);
  assert.equal((await on.caller.udpSend(id, udp)).who, A);
});

test('nobody but the programs in the kernel writes the counters of refusals', () => {
  const counters = on.hooks.map('refusals');
  const key = u32Key(Refusal.NoLane);
  const value = counters.get(key);
  assert.ok(value);
  assert.throws(() => counters.put(key, value), { code: 'kernel/map', fields: { errno: Errno.EPERM } });
});
