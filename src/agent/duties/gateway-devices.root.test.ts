import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makePinDir, mountBpfFilesystem } from '#kernel/index.ts';

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

const indexesOf = ({ links }: Kept) => links.map(({ ifindex }) => ifindex).toSorted((a, b) => a - b);

test('what belongs to the device of a pod goes with it, also when the agent was away', async (t) => {
  namespace(t);
  const [stays, goes] = [podDevice('pod-a', '192.0.2.1/32'), podDevice('pod-b', '192.0.2.1/32')];
  const first = follower(t);
  assert.deepEqual(indexesOf(await first.follow()), [stays, goes]);

  ip('link', 'delete', 'pod-b');
  const again = podDevice('pod-b', '192.0.2.1/32');
  const after = await first.follow();
  assert.deepEqual(indexesOf(after), [stays, again], 'one made again under the same name is another device');
  assert.deepEqual(
    after.sources.toSorted((a, b) => a - b),
    [stays, again],
  );

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
