import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { bundlePath } from '#cli/index.ts';
import { capture, cgroup2Mount, insideNamespace, ipJson, startProcess } from '#host/index.ts';
import { isFault, messageOf, systemClock } from '#kit/index.ts';
import { askSupervisor, awaitAll, statePaths, writeJson } from '#sandbox/supervise/index.ts';
import {
  bringUpNetwork,
  type Cluster,
  cgroups,
  namespaces,
  readTopology,
  removeNetwork,
  topologyText,
  tracesOf,
} from '#sandbox/topology/index.ts';
import { applyFault, type FaultOptions } from './index.ts';

/** So long that what passes at once is not taken for it on a busy machine. */
const BY = 300;
const name = `sltd${process.pid % 10_000}`;
const text = 'families: [IPv4, IPv6]\nclusters: [{ name: near, nodes: 1 }, { name: far, nodes: 1 }]\n';
const topology = await bringUpNetwork(name, readTopology(text, 'two nodes'));
const [near, far] = topology.clusters as [Cluster, Cluster];
const paths = statePaths(name);
const [here, there] = [near, far].map((cluster) => namespaces.node(name, cluster.name, 'node-1')) as [string, string];
const [four = '', six = ''] = far.nodes[0]?.wanAddresses ?? [];

after(async () => {
  await removeNetwork(name);
  assert.deepEqual(await tracesOf(name), []);
});
mkdirSync(join(paths.root, 'log'), { recursive: true });
writeFileSync(paths.topology, topologyText(topology));
writeJson(paths.processes, []);
await startProcess({
  command: process.execPath,
  args: [bundlePath('sealane-sandbox'), 'supervise', '--name', name],
  cgroup: join(cgroup2Mount(), cgroups.system(name)),
  logFile: paths.supervisorLog,
  detached: true,
});
const supervisor = async () => void (await askSupervisor(paths.control, { verb: 'status' }));
await awaitAll([{ what: 'supervisor', holds: supervisor }], 20_000, systemClock);

const delay = (target: string, options: FaultOptions) => applyFault(name, 'delay', target, options);
const heal = () => applyFault(name, 'heal', 'all');
const ports = async () => (await ipJson<{ ifname: string }>(['link'], { namespace: namespaces.wan(name) })).length;
const processes = async () => (await askSupervisor(paths.control, { verb: 'status' })).processes ?? [];
const portsBefore = await ports();

/** Answers datagrams with what was in them and when they came, and connections with how much came by them. */
const ANSWERING = `
const answer = require('node:dgram').createSocket({ type: 'udp6', ipv6Only: false }).bind(9009);
answer.on('message', (data, { port, address }) =>
  answer.send(JSON.stringify({ ...JSON.parse(data), came: Number(process.hrtime.bigint()) }), port, address));
require('node:net').createServer({ allowHalfOpen: true }, (socket) => {
  let bytes = 0;
  socket.on('data', (data) => { bytes += data.length; }).on('end', () => socket.end(String(bytes))).on('error', () => {});
}).listen(9009, () => process.stdout.write('ready'));`;
const answering = await startProcess({ command: process.execPath, args: ['-e', ANSWERING], namespace: there });
after(() => answering.signal('SIGKILL'));
await new Promise((resolve) => answering.stdout?.once('data', resolve));

interface Answer {
  readonly n: number;
  readonly outMs: number;
  readonly backMs: number;
}

const MACHINE = '';

/**
 * So many datagrams, with `bytes` in each, are sent one after the other, and so slowly that no busy kernel changes their order.
 * @returns answers in the order in which they came
 */
async function asked(address: string, count: number, from = here, bytes = 0): Promise<Answer[]> {
  const script = `
const [address, count, bytes] = process.argv.slice(1);
const now = () => Number(process.hrtime.bigint());
const socket = require('node:dgram').createSocket(address.includes(':') ? 'udp6' : 'udp4');
const answers = [];
const end = () => { process.stdout.write(JSON.stringify(answers)); process.exit(); };
socket.on('message', (data) => {
  const { n, sent, came } = JSON.parse(data);
  answers.push({ n, outMs: (came - sent) / 1e6, backMs: (now() - came) / 1e6 });
  if (answers.length == count) end();
  clearTimeout(quiet);
  quiet = setTimeout(end, 1500);
});
let quiet = setTimeout(end, 5000);
let n = 0;
const next = () => {
  socket.send(JSON.stringify({ n, sent: now(), filled: 'x'.repeat(bytes) }), 9009, address);
  if (++n < count) setTimeout(next, 5);
};
next();`;
  const command = insideNamespace(from === MACHINE ? undefined : from, [
    process.execPath,
    '-e',
    script,
    address,
    String(count),
    String(bytes),
  ]);
  return JSON.parse((await capture(command[0] ?? '', command.slice(1))).stdout) as Answer[];
}

const least = (answers: readonly Answer[], way: 'outMs' | 'backMs') => Math.min(...answers.map((it) => it[way]));

/** @returns bytes that the other side says it has */
async function carried(bytes: number): Promise<number> {
  const script = `
const socket = require('node:net').connect(9009, process.argv[1], () => socket.end(Buffer.alloc(Number(process.argv[2]))));
socket.on('data', (data) => process.stdout.write(data));`;
  const command = insideNamespace(here, [process.execPath, '-e', script, four, String(bytes)]);
  return Number((await capture(command[0] ?? '', command.slice(1))).stdout);
}

test('a link that is delayed takes so long each way, in both families, and keeps the order and the size of what passes', async () => {
  assert.deepEqual((await delay('far/node-1', { byMs: BY, jitterMs: 50 })).done, [`${name}-wan c2n1`]);
  const [byFour, bySix, large] = await Promise.all([asked(four, 50), asked(six, 50), asked(four, 8, here, 8000)]);
  for (const answers of [byFour, bySix, large]) {
    assert.ok(least(answers, 'outMs') >= BY - 50 && least(answers, 'backMs') >= BY - 50, JSON.stringify(answers[0]));
    assert.deepEqual(
      answers.map(({ n }) => n),
      answers.map((_, i) => i),
    );
  }
  assert.deepEqual([byFour.length, bySix.length, large.length], [50, 50, 8]);
});

test('again, on the same link, counts instead, in the directions that it names', async () => {
  await delay('far/node-1', { byMs: 0, direction: 'out' });
  const sent = await asked(four, 10);
  assert.ok(least(sent, 'outMs') >= BY - 50 && least(sent, 'backMs') < BY - 50);
  await delay('far/node-1', { byMs: 0, direction: 'in' });
  await delay('far/node-1', { byMs: BY, direction: 'out' });
  const back = await asked(four, 10);
  assert.ok(least(back, 'outMs') < BY && least(back, 'backMs') >= BY);
});

test('what a connection carries in bulk is whole', async () => {
  await delay('far/node-1', { byMs: 20 });
  assert.equal(await carried(32 << 20), 32 << 20);
});

test('a process that is killed while it holds a link comes back and holds it', async () => {
  await delay('far', { byMs: BY });
  if ((await processes()).length > 0) await applyFault(name, 'kill', 'relay'); // with netem there is none
  assert.equal(await carried(1), 1);
  assert.ok(least(await asked(four, 5), 'outMs') >= BY);
});

test('the machine is as near as before, and so is the cluster’s own', async () => {
  const plane = namespaces.controlPlane(name, 'far');
  const [machine, own, other] = await Promise.all([
    asked(four, 5, MACHINE),
    asked(four, 5, plane),
    asked(four, 5, namespaces.controlPlane(name, 'near')),
  ]);
  assert.ok(least(machine, 'outMs') < BY && least(machine, 'backMs') < BY);
  assert.ok(least(own, 'outMs') < BY && least(own, 'backMs') < BY);
  assert.ok(least(other, 'outMs') >= BY && least(other, 'backMs') >= BY);
});

test('healed, a link is as it was, and nothing is left', async () => {
  assert.ok((await heal()).done.includes(`${name}-wan c2n1`));
  const answers = await asked(four, 20);
  assert.equal(answers.length, 20);
  assert.ok(least(answers, 'outMs') < BY - 50 && least(answers, 'backMs') < BY - 50);
  assert.equal(await ports(), portsBefore);
  assert.deepEqual(await processes(), []);
});

test('what cannot be is refused, and nothing is made', async () => {
  for (const options of [{ byMs: -1 }, { byMs: 10_001 }, { byMs: 5, jitterMs: 6 }, { byMs: 5, lossPercent: 101 }])
    await assert.rejects(delay('far', options), { code: 'sandbox/bad-number' });
  await assert.rejects(delay('nowhere', {}), { code: 'sandbox/no-such-target' });
  assert.equal(await ports(), portsBefore);
});

test('without a supervisor that keeps the process nothing is made either', async () => {
  const { pid } = JSON.parse(readFileSync(paths.supervisorPid, 'utf8')) as { pid: number };
  process.kill(pid, 'SIGKILL');
  try {
    await delay('far', {}); // netem needs none
    await heal();
  } catch (error) {
    assert.ok(isFault(error, 'sandbox/supervisor-gone'), messageOf(error));
  }
  assert.equal(await ports(), portsBefore);
});
