import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { isFault } from '#kit/index.ts';
import { attachCgroup } from './attach-cgroup.ts';
import { listCgroupPrograms } from './query-programs.ts';
import { attachTc, detachFilter, deviceIndex, hasTcx } from './attach-tc.ts';
import { mountBpfFilesystem } from './bpf-filesystem.ts';
import { detachPinnedLink, listLinks } from './link.ts';
import { type LoadedObject, loadObject } from './load-object.ts';
import { enterNamespace } from './namespace.ts';
import { foreignProgram } from './testing/foreign-program.ts';
import { Arena } from './testing/test-arena.ts';
import { compileFixtures } from './testing/test-fixtures.ts';
import { loadTestHooks } from './testing/stage.ts';

mountBpfFilesystem();
const fixture = compileFixtures('verdict');
const CONNECT4 = 10;

function send(arena: Arena): void {
  execFileSync('ip', ['netns', 'exec', arena.name, 'bash', '-c', 'echo > /dev/udp/127.0.0.1/9']);
}

function packetsOf(object: LoadedObject): bigint {
  return object.map('packets').counter(0);
}

for (const method of hasTcx() ? (['tcx', 'clsact'] as const) : (['clsact'] as const)) {
  test(`${method}: a program sees the packets of its device, is replaced in place, and is taken off`, async () => {
    await using arena = new Arena();
    const [one, two] = [loadObject(fixture('verdict')), loadObject(fixture('verdict'))];
    const pin = `${arena.pinDir}/links/lo-ingress`;
    const on = (object: LoadedObject) =>
      enterNamespace(arena.netns, () => attachTc(object.program('on_packet'), 'lo', 'ingress', { pin, method }));

    assert.equal(on(one).adopted, false);
    send(arena);
    const seen = packetsOf(one);
    assert.ok(seen >= 1n);

    const again = on(two);
    assert.equal(again.adopted, true);
    send(arena);
    assert.equal(packetsOf(one), seen, 'the first program is no longer asked');
    assert.ok(packetsOf(two) >= 1n);

    enterNamespace(arena.netns, () => again.detach());
    const last = packetsOf(two);
    send(arena);
    assert.equal(packetsOf(two), last);
    assert.equal(existsSync(pin), false);
    enterNamespace(arena.netns, () => detachFilter(deviceIndex('lo'), 'ingress'));
    one.close();
    two.close();
  });
}

test('a device that is not there is named', () => {
  const object = loadObject(fixture('verdict'));
  assert.throws(
    () => attachTc(object.program('on_packet'), 'nosuch0', 'ingress'),
    (error) => isFault(error, 'kernel/no-device') && /find device nosuch0/.test(error.message),
  );
  object.close();
});

test('links are listed and can be detached by whoever comes later', async () => {
  await using arena = new Arena();
  const object = loadObject(fixture('verdict'));
  attachCgroup(object.program('on_connect'), arena.cgroup, { pin: `${arena.pinDir}/links/connect` }).close();
  const link = listLinks(arena.pinDir).get('connect');
  assert.equal(link?.kind, 'cgroup');
  assert.equal(link?.cgroupId, statSync(arena.cgroup, { bigint: true }).ino);
  assert.deepEqual(
    listCgroupPrograms(arena.cgroup, CONNECT4).map(({ name }) => name),
    ['on_connect'],
  );
  assert.equal(detachPinnedLink(`${arena.pinDir}/links/connect`), true);
  assert.deepEqual(listCgroupPrograms(arena.cgroup, CONNECT4), []);
  assert.equal(detachPinnedLink(`${arena.pinDir}/links/connect`), false);
  object.close();
});

test('another program that holds a hook for itself is named', async () => {
  await using arena = new Arena();
  using _ = foreignProgram(arena.cgroup, 'alone');
  const object = loadObject(fixture('verdict'));
  assert.throws(
    () => attachCgroup(object.program('on_connect'), arena.cgroup),
    (error) =>
      isFault(error, 'kernel/foreign-program') && /on_connect \(program \d+\) holds this hook/.test(error.message),
  );
  object.close();
});

test('where one hook is held by another program, none of ours is attached', async () => {
  await using arena = new Arena();
  using _ = foreignProgram(arena.cgroup, 'alone');
  const hooks = loadTestHooks(arena);
  assert.throws(
    () => hooks.attach(arena.cgroup),
    (error) => isFault(error, 'kernel/foreign-program'),
  );
  assert.equal(listLinks(arena.pinDir).size, 0);
  for (const { attachType } of hooks.programs.filter(({ name }) => name !== 'connect4')) {
    assert.deepEqual(listCgroupPrograms(arena.cgroup, attachType), []);
  }
  hooks.close();
});

test('a cgroup that is not there is named', () => {
  const object = loadObject(fixture('verdict'));
  assert.throws(
    () => attachCgroup(object.program('on_connect'), '/sys/fs/cgroup/nosuch'),
    (error) => isFault(error, 'kernel/no-cgroup'),
  );
  object.close();
});

test('a namespace that is not there is named, and we stay where we were', () => {
  const own = statSync('/proc/thread-self/ns/net').ino;
  assert.throws(
    () => enterNamespace('/run/netns/slt-nosuch', () => 1),
    (error) => isFault(error, 'kernel/namespace'),
  );
  assert.equal(statSync('/proc/thread-self/ns/net').ino, own);
});

test('an error inside a namespace brings us back', async () => {
  await using arena = new Arena();
  const own = statSync('/proc/thread-self/ns/net').ino;
  assert.throws(() =>
    enterNamespace(arena.netns, () => {
      throw new Error('inside');
    }),
  );
  assert.equal(statSync('/proc/thread-self/ns/net').ino, own);
});
