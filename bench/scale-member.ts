/**
 * One member (the bundle, as it is shipped) of a cluster that exports many services: how long until each is exported and imported at
 * home, what it takes of memory, how long its event loop stands still, and what one import more costs.
 *
 *   node bench/scale-member.ts [services]      default 10000
 */
import assert from 'node:assert/strict';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep, systemClock } from '#kit/index.ts';

const [services = 10_000] = process.argv.slice(2).map(Number);
const IMPORTS = 20;
const STALL_MS = 100;
const LIMIT_MS = 570_000;
const LOOK_MS = 10_000;
const folder = mkdtempSync(join(tmpdir(), 'sealane-scale-'));
const [kubeconfig, hubKubeconfig, delayFile] = ['member', 'hub', 'delay.json'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];

const server = fork(join(import.meta.dirname, 'scale-member-server.ts'), [kubeconfig, hubKubeconfig, String(services)]);
await once(server, 'message');
const started = performance.now();
const member = spawn(
  join(import.meta.dirname, '../sealane'),
  [
    'member',
    '--cluster',
    'a',
    '--kubeconfig',
    kubeconfig,
    '--hub-kubeconfig',
    hubKubeconfig,
    '--vip-range',
    '240.0.0.0/12',
    '--lane-ports',
    `10000-${Math.max(14_999, 10_000 + 2 * services)}`,
  ],
  {
    env: {
      ...process.env,
      LOOP_DELAY: delayFile,
      NODE_OPTIONS: `--import ${join(import.meta.dirname, 'loop-delay.mjs')}`,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  },
);
try {
  for (let ready = await ask({}); ready !== services; ready = await ask({})) {
    const so = `${String(ready)} of ${services} imported: ${JSON.stringify(measured())}`;
    assert.ok(performance.now() - started < LIMIT_MS, so);
    console.error(so);
    await sleep(systemClock, LOOK_MS);
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  const filled = { seconds, ...measured() };
  console.log(`${services} exported and imported: ${JSON.stringify(filled)}`);
  const took: number[] = [];
  for (let i = 0; i < IMPORTS; i++) {
    const before = performance.now();
    await ask({ add: `new-${i}` });
    took.push(Math.round(performance.now() - before));
  }
  const sorted = took.toSorted((a, b) => a - b);
  await sleep(systemClock, 1_000);
  const after = measured();
  const cpuEach = ((after.cpuSeconds - filled.cpuSeconds) * 1000) / IMPORTS;
  const each = { importMs: sorted[IMPORTS / 2], importMaxMs: sorted.at(-1), cpuMsEach: Math.round(cpuEach) };
  console.log(`${IMPORTS} imports more, one by one: ${JSON.stringify({ ...each, ...after })}`);
  assert.ok(after.stallCpuMs < STALL_MS, `the event loop stood still for ${after.stallCpuMs} ms of work`);
} finally {
  member.kill();
  await once(member, 'exit');
  server.disconnect();
  rmSync(folder, { recursive: true });
}

async function ask(order: { readonly add?: string }): Promise<unknown> {
  server.send(order);
  const [answer] = (await once(server, 'message')) as [unknown];
  return answer;
}

function measured() {
  const text = existsSync(delayFile) ? readFileSync(delayFile, 'utf8') : '{}';
  const noted = JSON.parse(text) as Record<string, number>;
  const status = readFileSync(`/proc/${member.pid}/status`, 'utf8');
  const rssMiB = Math.round(Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1]) / 1024);
  const { maxMs = 0, maxCpuMs = 0, cpuSeconds = 0 } = noted;
  return { rssMiB, stallMs: Math.round(maxMs), stallCpuMs: Math.round(maxCpuMs), cpuSeconds };
}
