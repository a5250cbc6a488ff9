/**
 * One agent (the bundle, as it is shipped) in a cluster of many services: how long until it is in step, what it takes of memory, what
 * its tables take of the kernel's, how long its event loop stands still, and what one changed backend costs. Needs root.
 *
 *   node bench/scale.ts [services] [backends of each] [--output json]      default 10000 10
 */
import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { mappedRecords, mountBpfFilesystem, openPinnedMap } from '#kernel/index.ts';
import { sleep, systemClock } from '#kit/index.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { output: { type: 'string' } } });
const [services = 10_000, backends = 10] = positionals.map(Number);
const LIMITS = { rssMiB: 120, mapsMiB: 64, stallMs: 100 };
const CHANGES = 20;
/** What the engine collects by itself when nothing happens is gone then; the peak is printed too. */
const SETTLE_MS = 30_000;
/** Changes so far: each names other pods. */
let rounds = 0;
const root = join(import.meta.dirname, '..');

const name = `slb-${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), 'sealane-scale-'));
const pins = `/sys/fs/bpf/${name}`;
const cgroup = `${cgroupMount()}/${name}`;
const kubeconfig = join(folder, 'kubeconfig');

mountBpfFilesystem();
mkdirSync(cgroup);
const server = fork(join(import.meta.dirname, 'scale-server.ts'), [kubeconfig, String(services), String(backends)]);
let agent: ChildProcess | undefined;
try {
  const filling = performance.now();
  await once(server, 'message');
  say(`API server filled with ${services} services of ${backends} backends: ${since(filling)} s`);
  const first = await run('first start');
  const again = await run('started again, tables adopted');
  if (values.output === 'json') console.log(JSON.stringify({ services, backends, starts: [first, again] }));
  const worst = { rss: Math.max(first.rssMiB, again.rssMiB), stall: Math.max(first.stallCpuMs, again.stallCpuMs) };
  assert.ok(first.mapsMiB < LIMITS.mapsMiB, `tables take ${first.mapsMiB} MiB`);
  assert.ok(worst.rss < LIMITS.rssMiB, `RSS ${worst.rss} MiB`);
  assert.ok(worst.stall < LIMITS.stallMs, `the event loop stood still for ${worst.stall} ms of work`);
} finally {
  agent?.kill();
  if (server.connected) server.disconnect();
  stopResolver();
  rmSync(pins, { recursive: true, force: true });
  rmSync(`/run/sealane/agents/sys_fs_bpf_${name}.json`, { force: true });
  rmSync(folder, { recursive: true });
  await sleep(systemClock, 500);
  rmdirSync(cgroup);
}

/** What was measured so far; of JSON there is only one text. */
function say(what: string): void {
  if (values.output !== 'json') console.log(what);
}

async function run(what: string) {
  const started = performance.now();
  const delayFile = join(folder, 'delay.json');
  const watched = `--import ${join(import.meta.dirname, 'loop-delay.mjs')} ${process.env['AGENT_FLAGS'] ?? ''}`;
  agent = spawn(join(root, 'sealane'), line(), {
    env: { ...process.env, LOOP_DELAY: delayFile, NODE_OPTIONS: watched },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await inStep(agent);
  const seconds = since(started);
  await sleep(systemClock, SETTLE_MS);
  const memory = memoryOf(agent.pid ?? 0);
  const costs = await changes();
  const { heapMiB, cpuSeconds, ...stalls } = JSON.parse(readFileSync(delayFile, 'utf8')) as Record<string, number>;
  const result = {
    seconds,
    ...memory,
    heapMiB: round(heapMiB),
    mapsMiB: mapsMiB(),
    stallMs: round(stalls['maxMs']),
    stallCpuMs: round(stalls['maxCpuMs']),
    startStallMs: round(stalls['startMs']),
    startStallCpuMs: round(stalls['startCpuMs']),
    cpuSeconds: round(cpuSeconds),
    ...costs,
  };
  say(`${what}: ${JSON.stringify(result)}`);
  agent.kill();
  await once(agent, 'exit');
  return result;
}

function line(): string[] {
  const flags = {
    '--cluster': 'scale',
    '--node-name': 'n1',
    '--kubeconfig': kubeconfig,
    '--cgroup': cgroup,
    '--pin-dir': pins,
    '--cluster-dns': '10.64.0.10',
    '--upstream-dns': '127.0.0.1',
    '--service-proxy': 'true',
    '--state-dir': join(folder, 'state'),
    '--resolver-address': '127.0.0.1:19953',
  };
  return ['agent', ...Object.entries(flags).flat()];
}

/** Resolves when the agent says so; what it complains of is shown. */
function inStep({ stderr }: ChildProcess): Promise<void> {
  assert.ok(stderr);
  return new Promise((resolve, reject) => {
    createInterface({ input: stderr })
      .on('line', (text) => {
        if (/"level":[4-6]0|^[^{]/.test(text)) console.error(text);
        if (text.includes('agent is in step')) resolve();
      })
      .once('close', () => reject(new Error('the agent ended before it was in step')));
  });
}

/** Changes one backend of a service at a time. @returns what a change stored, at most, and how soon it was in the kernel */
async function changes() {
  const groups = words('groups');
  const all = words('backends');
  const took: number[] = [];
  let stored = { groups: 0, backends: 0 };
  for (let i = 0; i < CHANGES; i++) {
    const round = ++rounds;
    const before = { groups: groups.slice(), backends: all.slice() };
    server.send({ change: (round * 37) % services, round });
    await once(server, 'message');
    const sent = performance.now();
    while (differences(before.groups, groups) === 0) {
      assert.ok(performance.now() - sent < 10_000, 'a change did not arrive');
      await sleep(systemClock, 1);
    }
    took.push(performance.now() - sent);
    await sleep(systemClock, 50);
    stored = {
      groups: Math.max(stored.groups, differences(before.groups, groups)),
      backends: Math.max(stored.backends, differences(before.backends, all)),
    };
  }
  const sorted = took.toSorted((a, b) => a - b);
  return {
    groupWords: stored.groups,
    backendWords: stored.backends,
    changeMs: round(sorted[CHANGES / 2] ?? 0),
    changeMaxMs: round(sorted.at(-1) ?? 0),
  };
}

function words(map: string): BigUint64Array {
  return mappedRecords(openPinnedMap(`${pins}/maps/${map}`, 'write'), 'read').words;
}

function differences(a: BigUint64Array, b: BigUint64Array): number {
  let count = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) count++;
  return count;
}

function memoryOf(pid: number) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (key: string) => Math.round(Number(new RegExp(`^${key}:\\s*(\\d+)`, 'm').exec(status)?.[1] ?? 0) / 1024);
  return {
    rssMiB: of('VmRSS'),
    peakMiB: of('VmHWM'),
    anonMiB: of('RssAnon'),
    fileMiB: of('RssFile'),
    sharedMiB: of('RssShmem'),
  };
}

/** What the kernel says its memory for the tables is. */
function mapsMiB(): number {
  const bytes = readdirSync(`${pins}/maps`).map((map) => {
    const { fd } = openPinnedMap(`${pins}/maps/${map}`, 'read');
    return Number(/^memlock:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? 0);
  });
  return Math.round(bytes.reduce((sum, one) => sum + one, 0) / 2 ** 20);
}

/** There is none when the agent never came so far. */
function stopResolver(): void {
  if (!existsSync(join(folder, 'state/resolver.json'))) return;
  const { pid } = JSON.parse(readFileSync(join(folder, 'state/resolver.json'), 'utf8')) as { readonly pid: number };
  process.kill(pid);
}

function cgroupMount(): string {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  return mounts.find((mount) => mount.split(' ')[2] === 'cgroup2')?.split(' ')[1] ?? '/sys/fs/cgroup';
}

function since(start: number): number {
  return round((performance.now() - start) / 1000);
}

function round(value = 0): number {
  return Math.round(value * 10) / 10;
}
