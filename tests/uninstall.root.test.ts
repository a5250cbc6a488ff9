/** What `sealane uninstall` leaves of an agent on its machine, and of a member in its cluster: nothing; what an agent tells that cannot start there. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { after, test } from 'node:test';
import {
  CLUSTER_EXPORTS,
  ENDPOINT_SLICES,
  MEMBER_CLUSTERS,
  NAMESPACES,
  SERVICE_IMPORTS,
  SERVICES,
} from '#api/index.ts';
import type { CheckResult } from '#explain/index.ts';
import { cgroup2Mount, isRunning, type ProcessIdentity } from '#host/index.ts';
import { listCgroupPrograms, listDevicePrograms, deviceIndex, enterNamespace } from '#kernel/index.ts';
import { foreignProgram } from '#kernel/testing/foreign-program.ts';
import { call, demonstration, eventually, tryCall } from './island-set.ts';
import { toldOfNode } from './told-of-node.ts';

const set = await demonstration(`sltu${process.pid % 10_000}`);
const CONNECT4 = 10;
const TCX_INGRESS = 46;
const NODE = 'cluster-1-node-1';
const pins = `/sys/fs/bpf/sealane/${set.name}/${NODE}`;
const cgroup = `${cgroup2Mount()}/sealane-${set.name}/cluster-1/node-1/pods`;
const note = `/run/sealane/agents/sys_fs_bpf_sealane_${set.name}_${NODE}.json`;

interface Answer {
  readonly removed: readonly { readonly node: string; readonly what: string; readonly failed?: string }[];
}

async function uninstall(...options: string[]): Promise<{ code: number; stderr: string; removed: Answer['removed'] }> {
  const { code, stdout, stderr } = await set.sealane('uninstall', ...options, '--output', 'json');
  const { removed = [] } = JSON.parse(stdout) as Partial<Answer>;
  return { code, stderr: stdout + stderr, removed };
}

const onNode = (...options: string[]) => uninstall('--name', `${set.name}/${NODE}`, ...options);

function attached(): number {
  const devices = enterNamespace(`/run/netns/${set.name}-${NODE}`, () =>
    listDevicePrograms(deviceIndex('wan0'), TCX_INGRESS),
  );
  return listCgroupPrograms(cgroup, CONNECT4).length + devices.length;
}

test('an agent that runs is refused, and nothing is touched', async () => {
  const { code, stderr } = await onNode();
  assert.equal(code, 1);
  assert.match(stderr, /agent\/still-running.*uninstall the agent of cluster-1\/node-1: it runs/s);
  assert.ok(attached() >= 2);
  assert.equal((await call(set, 20)).failed, 0);
});

test('a node that is uninstalled has nothing left of it, and others no longer call its gateway', async () => {
  const [state = ''] = globSync(`/run/sealane/${set.name}/agent/cluster-1.node-1`);
  const resolver = JSON.parse(readFileSync(`${state}/resolver.json`, 'utf8')) as ProcessIdentity;
  await set.sandbox('fault', 'stop', 'agent/cluster-1/node-1');
  const planned = await onNode('--dry-run');
  assert.ok(attached() >= 2 && existsSync(pins) && isRunning(resolver));
  const { code, removed, stderr } = await onNode();
  assert.equal(code, 0, stderr);
  assert.deepEqual(removed, planned.removed);
  assert.ok(removed.some(({ what }) => what === 'link connect4') && removed.some(({ what }) => what === 'resolver'));
  assert.deepEqual([attached(), existsSync(pins), existsSync(state), existsSync(note)], [0, false, false, false]);
  await eventually('the resolver to be gone', async () => !isRunning(resolver) || undefined);
  assert.deepEqual((await onNode()).removed, []);
  await eventually('calls to go by the other gateway', async () => (await tryCall(set, 40)).failed === 0 || undefined);
  await call(set, 200);
  assert.equal(Object.keys((await call(set, 60)).clusters).length, 2);
});

const probePort = new DisposableStack();
after(() => probePort.dispose());

/** Another process has it, of UDP, in a network namespace. */
async function takePort(namespace: string, port: number): Promise<Disposable> {
  const script = `require('node:dgram').createSocket('udp4').bind(${port}, () => console.log('taken'))`;
  const child = spawn('nsenter', [`--net=/run/netns/${namespace}`, process.execPath, '-e', script]);
  await once(child.stdout, 'data');
  return { [Symbol.dispose]: () => void child.kill() };
}

const told = (reason: string) => toldOfNode(set, 'cluster-1', 'node-1', reason);

function lastFailure(): string {
  const file = `/run/sealane/${set.name}/agent/cluster-1.node-1/load-failure.json`;
  return (JSON.parse(readFileSync(file, 'utf8')) as { at: string }).at;
}

async function checked(): Promise<string> {
  const { stdout } = await set.sealane('check', '--output', 'json');
  const found = (JSON.parse(stdout) as CheckResult[]).find(({ name }) => name === 'agents');
  return `${found?.result} ${found?.message}`;
}

test('an agent whose programs cannot be loaded or attached tells why on its node, once for each reason, until they are', async () => {
  const folder = `${pins}/maps/backends`;
  mkdirSync(folder, { recursive: true });
  using foreign = new DisposableStack();
  foreign.use(foreignProgram(cgroup, 'alone'));
  probePort.use(await takePort(`${set.name}-${NODE}`, 9959));
  await set.sandbox('fault', 'heal', 'agent/cluster-1/node-1');
  const says = (what: RegExp) =>
    eventually(`${what}`, async () => (await told('ProgramsNotLoaded')).find((text) => what.test(text)));
  await says(/^kernel\/pinned-map: open pinned map \S*\/maps\/backends: .*\(.* remove it, .*\)$/);
  rmdirSync(folder);
  await says(/^kernel\/foreign-program: .*: on_connect \(program \d+\) holds this hook for itself alone \(.*\)$/);
  const shown = await set.sealane('bpf', '--name', `${set.name}/${NODE}`);
  assert.match(shown.stdout, /^Not loaded at \S+Z: .*on_connect/m);
  assert.match(await checked(), new RegExp(`^fail .*cluster-1/node-1 at \\S+Z: .*/sealane-${set.name}/.*on_connect`));
  const failedAt = lastFailure();
  await eventually('it to be tried again', async () => lastFailure() !== failedAt || undefined);
  assert.equal((await told('ProgramsNotLoaded')).length, 2);
  await call(set, 20);
  foreign.dispose();
  await eventually('that to be over', async () => (await told('ProgramsLoaded'))[0]);
  assert.doesNotMatch(await checked(), new RegExp(set.name));
});

test('an agent that is started again afterwards serves as before, and probes as soon as its port is free', async () => {
  assert.ok(attached() >= 2);
  await call(set, 60);
  const says = (reason: string) => eventually(reason, async () => (await told(reason))[0]);
  assert.match(await says('PeersNotProbed'), /probe from \S+:9959\/udp: another process has the port: .*--probe-port/);
  probePort.dispose();
  await says('PeersProbed');
});

test('a cluster that is uninstalled keeps what users wrote, and has none of our objects', async () => {
  await set.sandbox('fault', 'stop', 'member/cluster-2');
  await set.sandbox('fault', 'stop', 'agent/cluster-2');
  const access = ['--kubeconfig', `/run/sealane/${set.name}/kubeconfig`, '--context', 'cluster-2'];
  const { code, removed, stderr } = await uninstall(...access);
  assert.equal(code, 0, stderr);
  assert.ok(
    removed.some(({ what }) => what === 'serviceimports httpbin/httpbin'),
    JSON.stringify(removed),
  );
  const client = set.client('cluster-2');
  for (const type of [SERVICE_IMPORTS, CLUSTER_EXPORTS, MEMBER_CLUSTERS]) assert.deepEqual(await client.list(type), []);
  const slices = await client.list(ENDPOINT_SLICES, { namespace: 'httpbin' });
  assert.deepEqual(slices, []);
  assert.ok(await client.find(SERVICES, { namespace: 'curl', name: 'curl' }));
  const gone = async () => (await client.find(NAMESPACES, { name: 'sealane-system' })) === undefined || undefined;
  await eventually('its namespace to be gone', gone);
  assert.deepEqual((await uninstall(...access)).removed, []);
});
