import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ip, SealaneError } from '#kit/index.ts';
import { mountBpfFilesystem } from './bpf-filesystem.ts';
import { VipKey } from './generated/structs.ts';
import { loadObject } from './load-object.ts';
import { openPinnedMap, u32Key } from './map.ts';
import { OBJECTS } from './testing/test-arena.ts';
import { compileFixtures } from './testing/test-fixtures.ts';
import { bytesOf } from './typed-map.ts';

mountBpfFilesystem();
const fixture = compileFixtures('rejected', 'other-state', 'other-config', 'verdict');
const CONNECT = join(OBJECTS, 'connect4.bpf.o');
const TRY_LOAD = fileURLToPath(new URL('testing/try-load.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const small = { backends: 8192, shares: 64 } as const;
const pinDirs: string[] = [];
after(() => {
  for (const path of pinDirs) rmSync(path, { recursive: true, force: true });
});

function pinDir(): string {
  const path = `/sys/fs/bpf/slt-${process.pid}-load-${pinDirs.length}`;
  pinDirs.push(path);
  return path;
}

function scratch(): string {
  const path = mkdtempSync(join(tmpdir(), 'sealane-'));
  pinDirs.push(path);
  return path;
}

function fault(run: () => unknown): SealaneError {
  try {
    run();
  } catch (error) {
    if (error instanceof SealaneError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** @param root where the command sees the checkout */
function elsewhere(command: string, root = ROOT): { code: string; message: string } {
  const run = `${process.execPath} ${TRY_LOAD} ${CONNECT} ${pinDir()}`.replaceAll(ROOT, root);
  // Who has fewer rights may not read what our options name.
  const { NODE_OPTIONS: _, ...env } = process.env;
  return JSON.parse(execFileSync('sh', ['-c', command.replace('RUN', run)], { encoding: 'utf8', env }));
}

test('tables outlive the process that made them and are shared by name', () => {
  const dir = pinDir();
  const first = loadObject(CONNECT, { pinDir: dir, maxEntries: small });
  const vip = bytesOf(VipKey, { addr: ip('10.0.0.1'), port: 80, proto: 6 });
  first.map('vips').put(vip, u32Key(7));
  first.close();
  const second = loadObject(join(OBJECTS, 'sendmsg4.bpf.o'), { pinDir: dir, maxEntries: small });
  assert.deepEqual(second.rebuilt, []);
  assert.deepEqual(second.map('vips').get(vip), u32Key(7));
  second.close();
  assert.equal(openPinnedMap(`${dir}/maps/vips`).info.name, 'vips');
});

const WALK = ['affinities', 'backends', 'groups', 'limits', 'services', 'shares', 'tiers', 'vips'];

test('a table of the agent with another layout is made anew, and said to be, with those it hangs together with', () => {
  const dir = pinDir();
  loadObject(CONNECT, { pinDir: dir, maxEntries: small }).close();
  const other = loadObject(fixture('other-config'), { pinDir: dir });
  assert.deepEqual(other.rebuilt.toSorted(), WALK);
  other.close();
  assert.deepEqual(
    readdirSync(`${dir}/maps`).filter((name) => name.includes('~')),
    [],
  );
});

test('another size makes a table anew', () => {
  const dir = pinDir();
  loadObject(CONNECT, { pinDir: dir, maxEntries: small }).close();
  const again = loadObject(CONNECT, { pinDir: dir, maxEntries: { ...small, shares: 128 } });
  assert.deepEqual(again.rebuilt.toSorted(), WALK);
  assert.equal(again.map('shares').info.maxEntries, 128);
  again.close();
});

test('an object that is refused leaves the pinned tables as they were', () => {
  const dir = pinDir();
  loadObject(CONNECT, { pinDir: dir, maxEntries: small }).close();
  const { id } = openPinnedMap(`${dir}/maps/backends`).info;
  // A constant that is not zero keeps the broken part alive for the verifier.
  const error = fault(() => loadObject(fixture('other-config'), { pinDir: dir, rodata: { broken: 1 } }));
  assert.equal(error.code, 'kernel/verifier');
  assert.equal(openPinnedMap(`${dir}/maps/backends`).info.id, id);
  assert.deepEqual(
    readdirSync(`${dir}/maps`).filter((name) => name.includes('~')),
    [],
  );
});

test("a table of the kernel with another layout is refused by the field's name", () => {
  const dir = pinDir();
  loadObject(CONNECT, { pinDir: dir, maxEntries: small }).close();
  const error = fault(() => loadObject(fixture('other-state'), { pinDir: dir }));
  assert.equal(error.code, 'kernel/state-layout');
  assert.match(error.message, /use pinned map traffic: value field failed: offset 16, pinned 24/);
});

test('a table of the kernel keeps its size', () => {
  const dir = pinDir();
  loadObject(CONNECT, { pinDir: dir, maxEntries: { ...small, traffic: 100 } }).close();
  const again = loadObject(CONNECT, { pinDir: dir, maxEntries: { ...small, traffic: 200 } });
  assert.deepEqual(again.rebuilt, []);
  assert.equal(again.map('traffic').info.maxEntries, 100);
  again.close();
});

test('what the verifier refuses is told with the end of its log', () => {
  const error = fault(() => loadObject(fixture('rejected')));
  assert.equal(error.code, 'kernel/verifier');
  assert.match(error.message, /load rejected into the kernel: EACCES: Permission denied; the verifier said:/);
  assert.match(error.message, /the verifier said: invalid access to packet[^\n]*, at: [^\n]*skb/);
});

test('a constant that the object does not have is refused, with those it has', () => {
  const error = fault(() => loadObject(fixture('verdict'), { rodata: { verdikt: 1 } }));
  assert.match(error.message, /set constant verdikt: the object has no such constant \(it has verdict\)/);
});

test('a missing and a broken object file say so', () => {
  assert.equal(fault(() => loadObject('/nowhere/x.bpf.o')).code, 'kernel/object-missing');
  const broken = join(scratch(), 'broken.bpf.o');
  writeFileSync(broken, 'no ELF at all');
  assert.equal(fault(() => loadObject(broken)).code, 'kernel/object-broken');
});

test('a pin directory outside a BPF filesystem is refused', () => {
  const error = fault(() => loadObject(CONNECT, { pinDir: scratch() }));
  assert.equal(error.code, 'kernel/not-bpffs');
});

test('without privileges the error names them', () => {
  // Seen at /mnt: a user without privileges may not be let into root's home, where a checkout can be.
  const user = 'setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all';
  const { code, message } = elsewhere(
    `unshare -m sh -c 'mount --bind ${ROOT} /mnt && cd /mnt && exec ${user} RUN'`,
    '/mnt/',
  );
  assert.ok(['kernel/no-privileges', 'kernel/pin-dir'].includes(code), code);
  assert.match(message, /needs root, or CAP_BPF with CAP_NET_ADMIN/);
});

test('root without capabilities is told the same', () => {
  const { code, message } = elsewhere('setpriv --bounding-set=-all --inh-caps=-all RUN');
  assert.equal(code, 'kernel/no-privileges', message);
});

test('a kernel without type information is named', () => {
  const { code, message } = elsewhere("unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec RUN'");
  assert.equal(code, 'kernel/no-btf');
  assert.match(message, /CONFIG_DEBUG_INFO_BTF=y/);
});

test('a machine without libbpf is told what to install', () => {
  const library = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64']
    .map((directory) => `${directory}/libbpf.so.1`)
    .find((path) => existsSync(path));
  assert.ok(library);
  const { code, message } = elsewhere(`unshare -m sh -c 'mount --bind /dev/null ${realpathSync(library)} && exec RUN'`);
  assert.equal(code, 'kernel/library-missing');
  assert.match(message, /apt-get install libbpf1/);
});

test('an old kernel is named', async () => {
  const { requireKernel } = await import('./requirements.ts');
  const error = fault(() => requireKernel({ release: '5.10.0-30-amd64' }));
  assert.match(error.message, /use Linux 5.10.0-30-amd64: Linux 6.1 or newer is needed/);
  requireKernel({ release: '6.1.0-18-amd64' });
});
