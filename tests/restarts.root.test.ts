/** Everything above the kernel is restarted, one after the other, under load: nothing that calls may notice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLUSTER_EXPORTS, SERVICE_IMPORTS } from '#api/index.ts';
import type { SandboxStatus } from '#sandbox/supervise/index.ts';
import { demonstration, call, eventually, type IslandSet } from './island-set.ts';
import { keepConnections, startLoad } from './running-load.ts';

const RATE = 200;
const CONNECTIONS = 20;

const set = await demonstration(`sltr${process.pid % 10_000}`);

test('every process restarted and the hub emptied under load: every call answered, no kept connection broken', async (t) => {
  const before = await processes(set);
  using load = await startLoad(set, { rate: RATE, timeoutMs: 5000 });
  using kept = await keepConnections(set, CONNECTIONS);
  await load.calm();
  const names = [...before.keys()].filter((name) => /^(member|agent|hub|apiserver)/.test(name));
  for (const [i, name] of names.entries()) {
    if (i === Math.floor(names.length / 2)) await set.sandbox('fault', 'empty-hub', 'hub');
    await set.sandbox('fault', 'kill', name);
    await eventually(`${name} to run again`, async () => {
      const now = (await processes(set)).get(name);
      return now !== undefined && now !== before.get(name) ? true : undefined;
    });
  }
  await load.calm();
  const calls = await load.end();
  const { requests, broken } = await kept.end();
  t.diagnostic(`${calls.length} calls, ${requests} requests on kept connections`);
  assert.deepEqual(
    calls.filter(({ failure }) => failure !== undefined),
    [],
  );
  assert.deepEqual(broken, []);
  assert.ok(requests > 60 * CONNECTIONS, `${requests} requests on kept connections`);
  const after = await processes(set);
  for (const name of names) assert.notEqual(after.get(name), before.get(name), name);
});

test('an emptied hub is filled again by the members, and nobody loses an import', async () => {
  await set.sandbox('fault', 'empty-hub', 'hub');
  await eventually('both records on the hub', async () => {
    const records = await set
      .client('hub')
      .list(CLUSTER_EXPORTS)
      .catch(() => []);
    return records.filter(({ metadata }) => metadata.name === 'httpbin.httpbin').length === 2 || undefined;
  });
  const imported = await set.client('cluster-2').find(SERVICE_IMPORTS, { namespace: 'httpbin', name: 'httpbin' });
  assert.ok(imported);
  assert.equal((await call(set, 100)).failed, 0);
});

async function processes({ sandbox }: IslandSet): Promise<Map<string, number | undefined>> {
  const { processes } = JSON.parse(
    await sandbox('status', '--output', 'json').catch((error: { message: string }) => statusIn(error.message)),
  ) as SandboxStatus;
  return new Map(processes.filter(({ state }) => state === 'running').map(({ name, pid }) => [name, pid]));
}

/** `status` fails while a process waits to be restarted; what it printed is still its answer. */
function statusIn(message: string): string {
  return message.slice(message.indexOf('{'), message.lastIndexOf('}') + 1);
}
