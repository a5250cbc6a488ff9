import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { capture, insideNamespace } from '#host/index.ts';
import { statePaths } from '#sandbox/supervise/index.ts';
import {
  BUILT_IN,
  bringUpNetwork,
  namespaces,
  readTopology,
  removeNetwork,
  tracesOf,
  topologyText,
} from '#sandbox/topology/index.ts';
import { applyFault } from './index.ts';

const name = `slt${process.pid}`;
const topology = await bringUpNetwork(name, readTopology(BUILT_IN['dual-stack'] ?? '', 'dual-stack'));
const [one, two, three] = topology.clusters;
assert.ok(one && two && three);
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
