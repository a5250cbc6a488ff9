/** The package as a user gets it: packed, installed into an empty folder, run from there. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { capture, run } from '#host/index.ts';

const CHECKOUT = join(import.meta.dirname, '..');
const SANDBOX = `sltk${process.pid % 10_000}`;
const CALLED = 'http://httpbin.httpbin:8080/';
/** The system's own Node, 20 or newer, and nothing of the checkout. */
const PATH = '/usr/local/bin:/usr/bin:/bin';

const folder = mkdtempSync(join(tmpdir(), 'sealane-package-'));
const prefix = join(folder, 'prefix');
const home = join(folder, 'home');
const installed = join(prefix, 'node_modules/sealane');
let tarball = '';

/** With nothing of this process' surroundings, but for the mark of this run of the tests. */
function alone(command: string, ...args: readonly string[]) {
  const env = { PATH, HOME: home, SEALANE_TEST_RUN: process.env['SEALANE_TEST_RUN'] };
  return capture(command, args, { env, directory: prefix, timeoutMs: 120_000 });
}

/** The system's, with what this machine needs to reach the registry: a proxy, authorities, the user's settings. */
async function npm(...args: readonly string[]): Promise<void> {
  const env = { ...process.env, PATH, TMPDIR: folder };
  const { code, stderr } = await capture('npm', args, { env, directory: prefix, timeoutMs: 120_000 });
  assert.equal(code, 0, stderr);
}

async function sealane(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await alone(join(prefix, 'node_modules/.bin/sealane'), ...args);
  assert.equal(code, 0, `sealane ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

before(async () => {
  for (const path of [prefix, home]) mkdirSync(path);
  await npm('pack', CHECKOUT, '--pack-destination', folder, '--ignore-scripts');
  tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? assert.fail('no tarball'));
  await npm('install', '--prefix', prefix, '--prefer-offline', '--no-audit', '--no-fund', tarball);
});
after(async () => {
  await alone(join(prefix, 'node_modules/.bin/sealane'), 'sandbox', 'down', '--name', SANDBOX);
  rmSync(folder, { recursive: true, force: true });
});

test('the tarball is small, and holds this build, its programs for the kernel and no tests, sources or maps', async () => {
  const files = (await run('tar', ['-tzf', tarball])).trim().split('\n');
  assert.ok(statSync(tarball).size < 1_750_000, `${statSync(tarball).size} bytes`);
  const under = (start: string) => files.filter((file) => file.startsWith(`package/${start}`));
  const roots = [...new Set(files.map((file) => file.split('/')[1] ?? ''))].toSorted();
  assert.deepEqual(roots, [
    'LICENSE',
    'LICENSES',
    'NOTICE',
    'README.md',
    'bpf',
    'dist',
    'docs',
    'examples',
    'package.json',
    'sealane',
  ]);
  const sources = readdirSync(join(CHECKOUT, 'bpf')).filter((name) => name.endsWith('.bpf.c'));
  assert.deepEqual(
    under('dist/bpf/').toSorted(),
    sources.map((name) => `package/dist/bpf/${name.replace(/c$/, 'o')}`).toSorted(),
  );
  assert.deepEqual(
    files.filter((file) => /\.(ts|map|half)$|test/.test(file)),
    [],
  );
  assert.deepEqual(await unreachable(), []);
});

/** Chunks that no other file of the package names: of an earlier build. */
async function unreachable(): Promise<string[]> {
  const chunks = readdirSync(join(installed, 'dist/chunks')).filter((name) => name.endsWith('.mjs'));
  const entries = ['sealane.mjs', 'sealane-sandbox.mjs', ...chunks.map((name) => `chunks/${name}`)];
  const text = entries.map((name) => readFileSync(join(installed, 'dist', name), 'utf8')).join('');
  return chunks.filter((name) => !text.includes(`/${name}"`));
}

test('installed where there is only an older Node, it runs by the Node that came with it', async () => {
  const { stdout: system } = await alone('node', '-p', 'process.version + " " + process.execPath');
  const { version } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8')) as { version: string };
  assert.equal((await sealane('--version')).trim(), version);
  assert.ok(!system.includes(prefix), system);
  const mine = await run(join(prefix, 'node_modules/.bin/node'), ['--version']);
  assert.match(mine, /^v24\./);
  assert.match(await sealane('sandbox', '--help'), /sandbox up/);
  assert.match(await sealane('completion', 'bash'), /complete -F _sealane/);
  assert.deepEqual(
    readdirSync(join(prefix, 'node_modules')).filter((name) => !/^(\.|@koromix|koffi|node-linux-|sealane)/.test(name)),
    [],
  );
});

test('a sandbox comes up from it, a call goes through, and no process of it has anything of the checkout', async () => {
  await sealane('sandbox', 'up', '--name', SANDBOX);
  await sealane('sandbox', 'apply', '--name', SANDBOX, '-f', join(installed, 'examples/karmada-eriecanal/corrected'));
  const access = ['--kubeconfig', `/run/sealane/${SANDBOX}/kubeconfig`, '--context', 'cluster-2'];
  await sealane('status', '--wait', ...access);
  const pods = await sealane('sandbox', 'get', 'pods', '-n', 'curl', '--name', SANDBOX, '--context', 'cluster-2');
  const pod = /^curl-\S+/m.exec(pods)?.[0] ?? assert.fail(pods);
  const call = ['pod-tool', 'call', CALLED, '--count', '50', '--output', 'json'];
  const said = await sealane('sandbox', 'exec', '--name', SANDBOX, 'cluster-2', `curl/${pod}`, '--', ...call);
  assert.equal((JSON.parse(said) as { failed: number }).failed, 0);

  const running = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && belongsToSandbox(pid));
  assert.ok(running.length >= 15, `${running.length} processes`);
  assert.deepEqual(running.flatMap(tiesToCheckout), []);
});

function belongsToSandbox(pid: string): boolean {
  return Number(pid) !== process.pid && readOf(pid, 'cmdline').includes(prefix);
}

function tiesToCheckout(pid: string): string[] {
  const open = listOf(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
  const paths = [...open, linkOf(`/proc/${pid}/exe`), linkOf(`/proc/${pid}/cwd`), readOf(pid, 'maps')];
  const texts = [...paths, readOf(pid, 'cmdline'), readOf(pid, 'environ')];
  return texts.some((text) => text.includes(`${CHECKOUT}/`) || text === CHECKOUT) ? [readOf(pid, 'cmdline')] : [];
}

function readOf(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // has ended
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // closed meanwhile
  }
}

function listOf(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return []; // has ended
  }
}
