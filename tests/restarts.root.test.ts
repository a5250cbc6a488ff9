/** Everything above the kernel is restarted, one after the other, under load: nothing that calls may notice. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CLUSTER_EXPORTS, SERVICE_IMPORTS } from '#api/index.ts';
import type { SandboxStatus } from '#sandbox/supervise/index.ts';
import { type Answers, demonstration, call, eventually, type IslandSet, URL_CALLED } from './island-set.ts';

const SECONDS = 60;
const RATE = 200;

const folder = mkdtempSync('/tmp/sealane-restarts-');
after(() => rmSync(folder, { recursive: true }));
const set = await demonstration(`sltr${process.pid % 10_000}`);

test('every process restarted and the hub emptied under load: every call answered, no kept connection broken', async () => {
  const before = await processes(set);
  const calls = await inBackground(`call ${URL_CALLED} --rate ${RATE} --count ${RATE * SECONDS} --output json`);
  const kept = await inBackground(`keep ${URL_CALLED} --connections 20 --seconds ${SECONDS}`);
  const started = performance.now();
  const names = [...before.keys()].filter((name) => /^(member|agent|hub|apiserver)/.test(name));
  for (const [i, name] of names.entries()) {
    if (i === Math.floor(names.length / 2)) await set.sandbox('fault', 'empty-hub', 'hub');
    await set.sandbox('fault', 'kill', name);
    await eventually(`${name} to run again`, async () => {
      const now = (await processes(set)).get(name);
      return now !== undefined && now !== before.get(name) ? true : undefined;
    });
  }
  assert.ok(performance.now() - started < SECONDS * 1000, 'the restarts fit into the load');
  const answers = JSON.parse(await calls()) as Answers;
  const connections = JSON.parse(await kept()) as { requests: number; broken: string[] };
  assert.deepEqual({ count: answers.count, failures: answers.failures }, { count: RATE * SECONDS, failures: {} });
  assert.deepEqual(connections.broken, []);
  assert.ok(connections.requests > 20 * SECONDS, `${connections.requests} requests on kept connections`);
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

/** A program in the calling pod that needs no API server while it runs. @returns its output, when it has ended */
async function inBackground(program: string): Promise<() => Promise<string>> {
  const file = join(folder, program.split(' ')[0] ?? '');
  const line = `pod-tool ${program} > ${file}.part 2>&1; mv ${file}.part ${file}`;
  // A session of its own: what an exec leaves behind ends with the exec.
  await set.inCaller('sh', '-c', `setsid sh -c '${line}' > /dev/null 2>&1 &`);
  return () =>
    eventually(
      `the end of pod-tool ${program}`,
      async () => (existsSync(file) ? readFileSync(file, 'utf8') : undefined),
      (SECONDS + 30) * 1000,
    );
}

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
