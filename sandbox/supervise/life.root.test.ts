import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { bundlePath } from '#cli/index.ts';
import { capture, cgroup2Mount, killCgroup, listMounts, processesIn, startTimeOf } from '#host/index.ts';
import { cgroups, tracesOf } from '#sandbox/topology/index.ts';
import type { SandboxStatus } from './status.ts';

const name = `slt${process.pid}`;
const folder = mkdtempSync(`/tmp/${name}-`);
const topology = join(folder, 'topology.yaml');
writeFileSync(topology, 'clusters:\n  - name: east\n    region: here\n  - name: west\n    nodes: 1\n');

const before = machine();
after(async () => {
  await sandbox('down');
  rmSync(folder, { recursive: true });
});

/** What names and pins do not show; other sandboxes may come and go meanwhile. */
function machine() {
  return {
    mounts: listMounts().filter(({ target }) => target.includes(name)),
    processes: commandLines().filter((line) => line.includes(`/run/sealane/${name}/`)),
  };
}

function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    });
}

function sandbox(command: string, ...args: string[]) {
  return capture(process.execPath, [bundlePath('sealane-sandbox'), command, '--name', name, ...args], {
    timeoutMs: 120_000,
  });
}

async function done(command: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await sandbox(command, ...args);
  assert.equal(code, 0, `${command} ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

async function status(): Promise<SandboxStatus> {
  return JSON.parse((await sandbox('status', '-o', 'json')).stdout) as SandboxStatus;
}

async function processOf(process: string) {
  return (await status()).processes.find((it) => it.name === process) ?? assert.fail(`no ${process}`);
}

async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  const end = Date.now() + 20_000;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    assert.ok(Date.now() < end, `waited in vain: ${JSON.stringify(value)}`);
  }
}

test('up ends when API servers answer, nodes are ready, agents and members are at work', async () => {
  await done('up', '-f', topology);
  const { processes } = await status();
  assert.deepEqual(
    processes.filter(({ state }) => state !== 'running').map(({ name: it, lastExit }) => `${it} ${lastExit}`),
    [],
  );
  const nodes = JSON.parse(await done('get', 'nodes', '--context', 'east', '-o', 'json')) as {
    items: { metadata: { name: string } }[];
  };
  assert.deepEqual(
    nodes.items.map(({ metadata }) => metadata.name),
    ['node-1', 'node-2'],
  );
  const member = JSON.parse(await done('get', 'mc', 'east', '-o', 'json')) as { spec: object };
  assert.deepEqual(member.spec, { ...member.spec, transport: 'Plain', region: 'here' });
});

test('a second up leaves the living sandbox alone', async () => {
  const { code, stderr } = await sandbox('up', '-f', topology);
  assert.equal(code, 1);
  assert.match(stderr, /it is up/);
  assert.equal((await processOf('apiserver/hub')).state, 'running');
});

test('every process is in its network namespace and in the sandbox’s cgroup', async () => {
  const agent = await processOf('agent/east/node-2');
  const inside = (await capture('ip', ['netns', 'identify', String(agent.pid)])).stdout.trim();
  assert.equal(inside, `${name}-east-node-2`);
  const inCgroup = processesIn(join(cgroup2Mount(), cgroups.system(name)));
  for (const { name: it, pid } of (await status()).processes) assert.ok(pid && inCgroup.includes(pid), it);
});

test('a killed process comes back, a stopped one stays down until it is healed', async () => {
  const { pid } = await processOf('member/east');
  await done('fault', 'kill', 'member/east');
  await until(
    () => processOf('member/east'),
    (it) => it.state === 'running' && it.pid !== pid,
  );
  await done('fault', 'stop', 'member/east');
  assert.equal((await processOf('member/east')).state, 'stopped');
  await done('fault', 'heal', 'member/east');
  await until(
    () => processOf('member/east'),
    (it) => it.state === 'running',
  );
});

test('an emptied hub comes back with nothing in it', async () => {
  await done('apply', '-f', manifest('kept'));
  await done('fault', 'empty-hub');
  await until(
    () => sandbox('get', 'configmaps', 'kept'),
    ({ stderr }) => /not-found|not found/i.test(stderr),
  );
});

test('after everything was killed at once, up cleans and down leaves nothing', async () => {
  const cgroup = join(cgroup2Mount(), cgroups.root(name));
  killCgroup(cgroup);
  await until(
    async () => processesIn(cgroup),
    (pids) => pids.every((pid) => startTimeOf(pid) === undefined),
  );
  const looked = await sandbox('status');
  assert.match(looked.stderr, /the supervisor: it does not run/);
  const said = await sandbox('up', '-f', topology);
  assert.equal(said.code, 0, said.stderr);
  assert.match(said.stderr, /removing what a crashed sandbox left/);
  killCgroup(cgroup);
  await done('down');
  assert.deepEqual(await tracesOf(name), []);
  assert.deepEqual(machine(), before);
});

function manifest(configMap: string): string {
  const file = join(folder, 'object.yaml');
  writeFileSync(file, `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${configMap}}\ndata: {a: b}\n`);
  return file;
}
