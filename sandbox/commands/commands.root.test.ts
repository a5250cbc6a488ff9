import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { capture, createNamespaces, deleteNamespaces, listNamespaces, namespaceExists } from '#host/index.ts';
import { tracesOf } from '#sandbox/topology/index.ts';

const name = `slt${process.pid}`;
const main = join(import.meta.dirname, '..', 'main.ts');
const folder = mkdtempSync(`/tmp/${name}-`);
after(() => rmSync(folder, { recursive: true }));

function sandbox(...args: string[]) {
  return capture(process.execPath, [main, ...args]);
}

function topology(text: string): string {
  const file = join(folder, 'topology.yaml');
  writeFileSync(file, text);
  return file;
}

/** The checkout is seen at /mnt: the user may not be let into root's home, where it can be. */
function asNobody(...args: string[]) {
  const root = join(import.meta.dirname, '..', '..');
  const user = 'setpriv --reuid=65534 --regid=65534 --clear-groups';
  const script = `mount --bind "$1" /mnt && cd /mnt && shift && exec ${user} "$@"`;
  const command = [process.execPath, main].map((path) => path.replace(root, '/mnt'));
  return capture('unshare', ['--mount', 'sh', '-c', script, 'sh', root, ...command, ...args]);
}

test('a user without privileges is told so, and nothing is made', async () => {
  const up = await asNobody('up', '--name', name);
  assert.equal(up.code, 3);
  assert.match(up.stderr, /^sealane sandbox: make namespaces and cgroups as user 65534: not allowed \(run it as root/);
  assert.deepEqual(await tracesOf(name), []);
  const down = await asNobody('down', '--name', name);
  assert.equal(down.code, 3);
});

test('a kernel without type information is told before anything is made', async () => {
  const hidden = 'mount -t tmpfs none /sys/kernel/btf && exec "$@"';
  const up = await capture('unshare', [
    '--mount',
    'sh',
    '-c',
    hidden,
    'sh',
    process.execPath,
    main,
    'up',
    '--name',
    name,
  ]);
  assert.equal(up.code, 3);
  assert.match(
    up.stderr,
    /find the kernel's type information: no \/sys\/kernel\/btf\/vmlinux \(use a kernel built with/,
  );
  assert.deepEqual(await tracesOf(name), []);
});

test('a malformed topology is refused with file, line and column, and nothing is made', async () => {
  const file = topology('clusters:\n  - name: a\n    nodez: 2\n  - name: a\n');
  const { code, stderr } = await sandbox('up', '--name', name, '-f', file);
  assert.equal(code, 2);
  assert.match(stderr, /2 problems/);
  assert.ok(stderr.includes(`${file}:3:5: clusters[0].nodez: unknown field`), stderr);
  assert.ok(stderr.includes(`${file}:4:5: clusters[1].name: "a" is the name of clusters[0] already`), stderr);
  assert.deepEqual(await tracesOf(name), []);
});

test('a topology file that is not there is named', async () => {
  const { code, stderr } = await sandbox('up', '--name', name, '-f', join(folder, 'none.yaml'));
  assert.equal(code, 2);
  assert.match(stderr, /read topology .*none\.yaml: ENOENT/);
});

test('a prefix that someone else uses is left alone', async () => {
  await createNamespaces([`${name}-theirs`]);
  try {
    const { code, stderr } = await sandbox('up', '--name', name);
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`namespace ${name}-theirs exists and no sandbox made it`));
    assert.deepEqual(listNamespaces(`${name}-`), [`${name}-theirs`]);
  } finally {
    await deleteNamespaces([`${name}-theirs`]);
  }
});

test('a range that the machine routes already is refused', async () => {
  const { code, stderr } = await sandbox(
    'up',
    '--name',
    name,
    '-f',
    topology('wan: 127.0.0.0/24\nclusters: [{name: a}]'),
  );
  assert.equal(code, 1);
  assert.match(stderr, /use WAN range 127\.0\.0\.0\/24: already routed on this machine \(by lo/);
  assert.deepEqual(await tracesOf(name), []);
});

test('a dry run says what would be made, and makes nothing', async () => {
  const { code, stdout } = await sandbox('up', '--name', name, '--dry-run');
  assert.equal(code, 0);
  for (const wanted of [
    `${name}-cluster-3-node-2`,
    `sealane-${name}/system`,
    `/sys/fs/bpf/sealane/${name}/cluster-1-node-1`,
    'sealane agent',
  ]) {
    assert.ok(stdout.includes(wanted), wanted);
  }
  assert.deepEqual(await tracesOf(name), []);
  const { network } = JSON.parse((await sandbox('up', '--name', name, '--dry-run', '-o', 'json')).stdout);
  assert.equal(network.namespaces.length, 11);
  assert.ok(!namespaceExists(network.namespaces[0]));
});

test('what is not there is said to be not there', async () => {
  const down = await sandbox('down', '--name', name);
  assert.equal(down.code, 0);
  assert.equal(down.stdout, `sandbox "${name}" was not there\n`);
  for (const command of [
    ['status'],
    ['kubeconfig'],
    ['get', 'pods'],
    ['fault', 'kill', 'hub'],
    ['exec', 'a', 'b/c', '--', 'true'],
  ]) {
    const { code, stderr } = await sandbox(...command.slice(0, 1), '--name', name, ...command.slice(1));
    assert.equal(code, 4, stderr);
    assert.match(stderr, /it is not up \(sealane sandbox up --name/);
  }
});

test('a wrong command line is exit code 2 with a suggestion', async () => {
  const typo = await sandbox('statsu');
  assert.equal(typo.code, 2);
  assert.match(typo.stderr, /Did you mean status\?/);
  assert.equal((await sandbox('fault', 'explode', 'hub')).code, 2);
  assert.equal((await sandbox('up', '--name', 'My_Box')).code, 2);
  assert.equal((await sandbox('up', '--help')).code, 0);
});

test('errors are JSON where JSON was asked for', async () => {
  const { code, stdout } = await sandbox('status', '--name', name, '--output', 'json');
  assert.equal(code, 4);
  assert.equal(JSON.parse(stdout).error.code, 'sandbox/not-up');
});
