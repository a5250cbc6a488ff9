import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { capture, insideNamespace } from '#host/index.ts';
import { statePaths } from '#sandbox/supervise/index.ts';
import {
  BUILT_IN,
  bringUpNetwork,
  type Cluster,
  namespaces,
  readTopology,
  removeNetwork,
  tracesOf,
  topologyText,
} from '#sandbox/topology/index.ts';
import { applyFault } from './index.ts';

const name = `slt${process.pid}`;
const topology = await bringUpNetwork(name, readTopology(BUILT_IN['dual-stack'] ?? '', 'dual-stack'));
const [one, two, three] = topology.clusters as [Cluster, Cluster, Cluster];
const paths = statePaths(name);

after(async () => {
  await removeNetwork(name);
  assert.deepEqual(await tracesOf(name), []);
});
mkdirSync(paths.root, { recursive: true });
writeFileSync(paths.topology, topologyText(topology));

const PROBE = `
const socket = require('node:net').connect({ host: process.argv[1], port: 9, timeout: 300 });
socket.on('error', ({ code }) => process.exit(code === 'ECONNREFUSED' ? 0 : 1));
socket.on('timeout', () => process.exit(2));
`;

/** Whether a connection is answered at all: refused is an answer. */
async function reaches(namespace: string | undefined, address: string | undefined): Promise<boolean> {
  const [command = '', ...args] = insideNamespace(namespace, [process.execPath, '-e', PROBE, address ?? '']);
  return (await capture(command, args)).code === 0;
}

/** Neighbours that were asked for in vain are asked for again a second later. */
async function reachesSoon(namespace: string, address: string | undefined): Promise<void> {
  const end = Date.now() + 5000;
  while (!(await reaches(namespace, address))) assert.ok(Date.now() < end, `${namespace} does not reach ${address}`);
}

/** Whether SYNs came to a node while it was tried to reach it. */
async function received(namespace: string, act: () => Promise<boolean>) {
  const count = async () =>
    Number(await inside(namespace, ['sh', '-c', "awk '/^Tcp: [0-9]/ {print $11}' /proc/net/snmp"]));
  const before = await count();
  const reached = await act();
  return { packets: (await count()) > before, reached };
}

/** What node-1 of cluster-2 is sent within half a second. */
async function megabitsPerSecond(): Promise<number> {
  const serving = startReceiver();
  await serving.ready;
  const script = `
const socket = require('node:net').connect(9009, process.argv[1], () => {
  const more = () => { while (socket.write(Buffer.alloc(16384))); };
  socket.on('drain', more); more();
  setTimeout(() => process.exit(), 500);
});`;
  await inside(node(one), [process.execPath, '-e', script, two.nodes[0]?.wanAddresses[0] ?? '']);
  return (Number(await serving.bytes) * 8) / 0.5 / 1e6;
}

function startReceiver() {
  const script = `
let bytes = 0;
const server = require('node:net').createServer((socket) => {
  socket.on('data', (data) => { bytes += data.length; }).on('error', () => {});
  setTimeout(() => { process.stdout.write(String(bytes)); process.exit(); }, 500);
}).listen(9009, () => process.stderr.write('ready'));
setTimeout(() => process.exit(), 20_000);`;
  const [command = '', ...args] = insideNamespace(node(two), [process.execPath, '-e', script]);
  const child = spawn(command, args);
  return {
    ready: new Promise((resolve) => child.stderr.once('data', resolve)),
    bytes: new Promise((resolve) => child.stdout.once('data', resolve)),
  };
}

async function inside(namespace: string, line: readonly string[]): Promise<string> {
  const [command = '', ...args] = insideNamespace(namespace, line);
  return (await capture(command, args)).stdout;
}

const node = (cluster: typeof one, i = 0) => namespaces.node(name, cluster.name, cluster.nodes[i]?.name ?? '');

test('a cluster that is cut off reaches nobody and nobody reaches it, but its own LAN and the machine do', async () => {
  assert.ok(await reaches(node(one), two.nodes[0]?.wanAddresses[0]));
  assert.ok(await reaches(node(one), two.nodes[0]?.wanAddresses[1]));
  await applyFault(name, 'cut', 'cluster-1');
  const [out, outBySix, back, own, looked, others] = await Promise.all([
    reaches(node(one), two.nodes[0]?.wanAddresses[0]),
    reaches(node(one), two.nodes[0]?.wanAddresses[1]),
    reaches(node(two), one.nodes[1]?.wanAddresses[0]),
    reaches(node(one), one.nodes[1]?.lanAddresses[0]),
    reaches(undefined, one.wanAddresses[0]),
    reaches(node(two), three.nodes[0]?.wanAddresses[0]),
  ]);
  assert.deepEqual(
    { out, outBySix, back, own, looked, others },
    { out: false, outBySix: false, back: false, own: true, looked: true, others: true },
  );
  await applyFault(name, 'heal', 'cluster-1');
  await reachesSoon(node(one), two.nodes[0]?.wanAddresses[0]);
});

test('one gateway can be cut off alone, twice does not hurt, and healing what is whole neither', async () => {
  await applyFault(name, 'cut', 'cluster-2/node-1');
  await applyFault(name, 'cut', 'cluster-2/node-1');
  const [gone, other] = await Promise.all([
    reaches(node(one), two.nodes[0]?.wanAddresses[0]),
    reaches(node(one), two.nodes[1]?.wanAddresses[0]),
  ]);
  assert.deepEqual({ gone, other }, { gone: false, other: true });
  await applyFault(name, 'heal', 'cluster-2/node-1');
  await applyFault(name, 'heal', 'cluster-2/node-1');
  await reachesSoon(node(one), two.nodes[0]?.wanAddresses[0]);
});

test('a link that is cut one way carries the other: a datagram sent arrives, its answer does not', async () => {
  const at = two.nodes[0]?.wanAddresses[0] ?? '';
  await applyFault(name, 'cut', 'cluster-2/node-1', { direction: 'out' });
  const heard = await received(node(two), () => reaches(node(one), at));
  assert.deepEqual(heard, { packets: true, reached: false });
  await applyFault(name, 'heal', 'cluster-2/node-1');
  await applyFault(name, 'cut', 'cluster-2/node-1', { direction: 'in' });
  assert.deepEqual(await received(node(two), () => reaches(node(one), at)), { packets: false, reached: false });
  await applyFault(name, 'heal', 'cluster-2/node-1');
  await reachesSoon(node(one), at);
});

test('a link that is throttled carries no more than so much, until it is healed', async () => {
  await applyFault(name, 'throttle', 'cluster-2/node-1', { kilobits: 800, direction: 'in' });
  const slow = await megabitsPerSecond();
  assert.ok(slow < 2, `${slow} Mbit/s`);
  await applyFault(name, 'heal', 'cluster-2/node-1');
  const fast = await megabitsPerSecond();
  assert.ok(fast > 10 * slow, `${fast} Mbit/s after ${slow}`);
});

test('a node cut off from its LAN reaches neither its control plane nor its neighbours there', async () => {
  await applyFault(name, 'cut', 'cluster-3/node-1/lan');
  const [plane, neighbour, wan] = await Promise.all([
    reaches(node(three), three.lanAddresses[0]),
    reaches(node(three), three.nodes[1]?.lanAddresses[0]),
    reaches(node(three), two.nodes[0]?.wanAddresses[0]),
  ]);
  assert.deepEqual({ plane, neighbour, wan }, { plane: false, neighbour: false, wan: true });
  await applyFault(name, 'heal', 'cluster-3/node-1/lan');
  await reachesSoon(node(three), three.lanAddresses[0]);
});

test('the hub can be cut off', async () => {
  await applyFault(name, 'cut', 'hub');
  assert.ok(!(await reaches(namespaces.controlPlane(name, 'cluster-1'), topology.hub.wanAddresses[0])));
  assert.ok(await reaches(undefined, topology.hub.wanAddresses[0]));
});

test('a target that is not there is refused', async () => {
  await assert.rejects(applyFault(name, 'cut', 'cluster-7'), { code: 'sandbox/no-such-target' });
  await assert.rejects(applyFault(name, 'kill', 'hub'), { code: 'sandbox/supervisor-gone' });
  await assert.rejects(applyFault(`${name}x`, 'cut', 'hub'), { code: 'sandbox/not-up' });
});
