import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { capture, cgroup2Mount, insideNamespace, ipBatch, ipJson, processesIn, startProcess } from '#host/index.ts';
import { formatRange } from '#kit/index.ts';
import {
  BUILT_IN,
  bringUpNetwork,
  cgroups,
  namespaces,
  readTopology,
  removeNetwork,
  tracesOf,
  withFreeWan,
} from './index.ts';

const name = `slt${process.pid}`;
after(() => removeNetwork(name));
const topology = await bringUpNetwork(name, readTopology(BUILT_IN['dual-stack'] ?? '', 'dual-stack'));
const [one, two] = topology.clusters;
const [firstNode, secondNode] = one?.nodes ?? [];
assert.ok(one && two && firstNode && secondNode);

const PROBE = `
const [host, localAddress] = process.argv.slice(1);
const socket = require('node:net').connect({ host, port: 9, localAddress, timeout: 1000 });
socket.on('error', ({ code }) => process.exit(code === 'ECONNREFUSED' ? 0 : 1));
socket.on('timeout', () => process.exit(2));
`;

/** Whether a connection is answered at all: refused is an answer. */
async function reaches(namespace: string | undefined, address: string, from?: string): Promise<boolean> {
  const probe = [process.execPath, '-e', PROBE, address, ...(from === undefined ? [] : [from])];
  const [command = '', ...args] = insideNamespace(namespace, probe);
  return (await capture(command, args)).code === 0;
}

test('the machine reaches the hub and every control plane', async () => {
  const places = [topology.hub, ...topology.clusters].flatMap(({ wanAddresses }) => wanAddresses);
  assert.deepEqual(
    await Promise.all(places.map((address) => reaches(undefined, address))),
    places.map(() => true),
  );
});

test('nodes of different clusters meet on the WAN', async () => {
  const node = namespaces.node(name, one.name, firstNode.name);
  for (const address of two.nodes[1]?.wanAddresses ?? []) assert.ok(await reaches(node, address), address);
});

test('nodes of one cluster reach each other’s pod bridge by the LAN', async () => {
  const node = namespaces.node(name, one.name, firstNode.name);
  const pairs = [
    ['10.244.2.1', '10.244.1.1'],
    ['fd00:10:244:2::1', 'fd00:10:244:1::1'],
  ] as const;
  for (const [other, own] of pairs) {
    const [route] = await ipJson<{ dev: string }>(['route', 'get', other], { namespace: node });
    assert.equal(route?.dev, 'lan0');
    assert.ok(await reaches(node, other, own), other);
  }
});

test('no node has a route to another cluster’s pods, nor to the machine’s networks', async () => {
  const node = namespaces.node(name, one.name, firstNode.name);
  const routes = await ipJson<{ dst: string }>(['route', 'show'], { namespace: node });
  assert.deepEqual(
    routes.map(({ dst }) => dst).toSorted(),
    ['10.244.1.0/24', '10.244.2.0/24', '10.77.0.0/24', '10.96.0.10', formatRange(topology.wans[0])].toSorted(),
  );
  const sixes = await ipJson<{ dst: string }>(['-6', 'route', 'show'], { namespace: node });
  assert.deepEqual(
    [...new Set(sixes.map(({ dst }) => dst).filter((dst) => dst !== 'fe80::/64'))].toSorted(),
    [
      'fd00:10:244:1::/64',
      'fd00:10:244:2::/64',
      'fd00:10:77::/64',
      'fd00:10:96::10',
      formatRange(topology.wans[1] ?? topology.wans[0]),
    ].toSorted(),
  );
});

test('what pods send to the WAN comes from their node there', async () => {
  const node = namespaces.node(name, one.name, firstNode.name);
  for (const own of ['10.244.1.1', 'fd00:10:244:1::1'])
    assert.ok(await reaches(node, topology.hub.wanAddresses[own.includes(':') ? 1 : 0] ?? '', own), own);
});

test('the cluster IPs of the DNS lead to the control plane', async () => {
  for (const address of one.dnsAddresses)
    assert.ok(await reaches(namespaces.node(name, one.name, firstNode.name), address), address);
});

test('a bridge keeps its hardware address when a pod joins', async () => {
  const namespace = namespaces.node(name, one.name, firstNode.name);
  const address = async () => (await ipJson<{ address: string }>(['link', 'show', 'pods0'], { namespace }))[0]?.address;
  const before = await address();
  await ipBatch(
    [
      'link add name v0 address 00:00:00:00:00:01 type veth peer name v1',
      'link set v0 master pods0 up',
      'link set v1 up',
    ],
    { namespace },
  );
  assert.equal(await address(), before);
});

test('a second sandbox finds another WAN', async () => {
  const other = await withFreeWan(readTopology(BUILT_IN['ipv6-only'] ?? '', 'ipv6-only'));
  assert.notEqual(other.wans[0].base, topology.wans[1]?.base);
  const written = readTopology(`wan: ${formatRange(topology.wans[0])}\nclusters: [{name: a}]`, 't');
  await assert.rejects(withFreeWan(written), { code: 'sandbox/range-taken' });
});

test('everything is gone afterwards, the processes inside too, and twice does not hurt', async () => {
  const cgroup = join(cgroup2Mount(), cgroups.pods(name, one.name, firstNode.name));
  const child = await startProcess({ cgroup, namespace: namespaces.hub(name), command: 'sleep', args: ['60'] });
  const stray = await startProcess({ namespace: namespaces.hub(name), command: 'sleep', args: ['60'] });
  await until(() => processesIn(cgroup).length > 0 && readFileSync(`/proc/${stray.pid}/comm`, 'utf8') === 'sleep\n');
  await removeNetwork(name);
  assert.deepEqual(await tracesOf(name), []);
  assert.equal((await child.exited).signal, 'SIGKILL');
  assert.equal((await stray.exited).signal, 'SIGKILL');
  await removeNetwork(name);
});

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 5000;
  while (!holds()) {
    assert.ok(Date.now() < end, 'waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
