import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  attachTc,
  enterNamespace,
  filterProgram,
  loadObject,
  makePinDir,
  mountBpfFilesystem,
  objects,
} from '#kernel/index.ts';
import { OBJECTS } from '#kernel/testing/test-arena.ts';

const FOLLOW = fileURLToPath(new URL('../testing/follow-devices.ts', import.meta.url));
const name = `slt-${process.pid}-devices`;
const pinDir = `/sys/fs/bpf/${name}`;

interface Kept {
  readonly links: readonly { readonly name: string; readonly ifindex: number }[];
  readonly sources: readonly number[];
}

function follower(t: TestContext) {
  const child = spawn('nsenter', [`--net=/run/netns/${name}`, process.execPath, FOLLOW, pinDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = once(child, 'exit');
  const stop = async () => {
    child.stdin.end();
    await ended;
  };
  t.after(stop);
  const follow = async () => {
    child.stdin.write('follow\n');
    return JSON.parse((await lines.next()).value as string) as Kept;
  };
  return { follow, stop };
}

const ip = (...args: string[]) => execFileSync('ip', ['-n', name, ...args], { encoding: 'utf8' });

/** A pod's device, as a network plugin makes it. @returns its index */
function podDevice(device: string, address?: string): number {
  ip('link', 'add', device, 'type', 'bridge');
  if (address) ip('address', 'add', address, 'dev', device);
  return indexOf(device);
}

/** One that may become a port of a bridge. @returns its index and that of its other end, which stays here */
function vethDevice(device: string): [port: number, end: number] {
  ip('link', 'add', device, 'type', 'veth', 'peer', 'name', `${device}-end`);
  return [indexOf(device), indexOf(`${device}-end`)];
}

function indexOf(device: string): number {
  const [shown] = JSON.parse(ip('-j', 'link', 'show', 'dev', device)) as { ifindex: number }[];
  return shown?.ifindex ?? assert.fail('no index');
}

function namespace(t: TestContext) {
  mountBpfFilesystem();
  execFileSync('ip', ['netns', 'add', name]);
  makePinDir(pinDir);
  t.after(() => {
    rmSync(pinDir, { recursive: true, force: true });
    execFileSync('ip', ['netns', 'delete', name]);
  });
}

const inOrder = (...indexes: readonly number[]) => indexes.toSorted((a, b) => a - b);
const indexesOf = ({ links }: Kept) => inOrder(...links.map(({ ifindex }) => ifindex));

test('what belongs to the device of a pod goes with it, also when the agent was away', async (t) => {
  namespace(t);
  const [stays, goes] = [podDevice('pod-a', '192.0.2.1/32'), podDevice('pod-b', '192.0.2.1/32')];
  const first = follower(t);
  assert.deepEqual(indexesOf(await first.follow()), [stays, goes]);

  ip('link', 'delete', 'pod-b');
  const again = podDevice('pod-b', '192.0.2.1/32');
  const after = await first.follow();
  assert.deepEqual(indexesOf(after), [stays, again], 'one made again under the same name is another device');
  assert.deepEqual(inOrder(...after.sources), [stays, again]);

  await first.stop();
  ip('link', 'delete', 'pod-b');
  const left = await follower(t).follow();
  assert.deepEqual([indexesOf(left), left.sources], [[stays], [stays]]);
});

test('a device that gets its address after its name is not missed', async (t) => {
  namespace(t);
  const index = podDevice('pod-a');
  const { follow } = follower(t);
  assert.deepEqual((await follow()).sources, []);
  ip('address', 'add', '192.0.2.1/32', 'dev', 'pod-a');
  assert.deepEqual((await follow()).sources, [index]);
});

test('a device that became a port of a bridge after it was taken in is let go of, also when the agent was away', async (t) => {
  namespace(t);
  const bridge = podDevice('pods', '192.0.2.1/24');
  const [port, end] = vethDevice('pod-a');
  const first = follower(t);
  assert.deepEqual(indexesOf(await first.follow()), inOrder(bridge, port, end));
  ip('link', 'set', 'pod-a', 'master', 'pods');
  assert.deepEqual(indexesOf(await first.follow()), inOrder(bridge, end));

  const [later, laterEnd] = vethDevice('pod-b');
  assert.deepEqual(indexesOf(await first.follow()), inOrder(bridge, end, later, laterEnd));
  await first.stop();
  ip('link', 'set', 'pod-b', 'master', 'pods');
  assert.deepEqual(indexesOf(await follower(t).follow()), inOrder(bridge, end, laterEnd));
});

test('so it is by clsact, where no pin tells what an earlier process left', async (t) => {
  namespace(t);
  podDevice('pods', '192.0.2.1/24');
  const [port, end] = vethDevice('pod-a');
  const families = ['IPv4', 'IPv6'] as const;
  const back = loadObject(join(OBJECTS, objects['gateway-back'].file)).program('gateway_back');
  enterNamespace(`/run/netns/${name}`, () => {
    for (const index of [port, end])
      for (const filter of families) attachTc(back, index, 'ingress', { method: 'clsact', filter });
  });
  ip('link', 'set', 'pod-a', 'master', 'pods');
  await follower(t).follow();
  const filters = (index: number) => families.filter((filter) => filterProgram(index, 'ingress', filter) !== undefined);
  const held = enterNamespace(`/run/netns/${name}`, () => [filters(port), filters(end)]);
  assert.deepEqual(held, [[], families]);
});
