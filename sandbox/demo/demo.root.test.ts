import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bundlePath } from '#cli/index.ts';
import { capture, type CommandResult } from '#host/index.ts';
import { tracesOf } from '#sandbox/topology/index.ts';
import type { DemoResult } from './index.ts';

const name = `slt${process.pid}`;
const sandbox = (command: string, ...args: string[]) =>
  capture(process.execPath, [bundlePath('sealane-sandbox'), command, '--name', name, ...args], {
    timeoutMs: 240_000,
  });

let ended: CommandResult;
let result: DemoResult;
before(async () => {
  ended = await sandbox('demo', '--output', 'json');
  assert.ok(ended.stdout.startsWith('{'), ended.stderr);
  result = JSON.parse(ended.stdout) as DemoResult;
});
after(() => sandbox('down'));

const steps = [
  'without a policy',
  'ActiveActive 1:1',
  'an edit of what is frozen stays on the hub',
  'with the corrected variant it arrives',
  'ActiveActive 90:10',
  'Locality: cluster-2 has no httpbin of its own',
  'Locality with one target',
  'FailOver: the first target',
  'FailOver: the second, as cluster-1 has no ready pod',
  'FailOver: back to the first',
  'silence: cluster-3, as no packet comes back from cluster-1',
  'silence: back to the first',
  'no process of ours holds a socket of the data path',
  'with the agent stopped',
  'with the hooks detached the call fails',
  'restored',
];

for (const step of steps) {
  test(`the demonstration: ${step}`, () => {
    const met = result.steps.find((it) => it.step === step);
    assert.ok(met, `not come to: ${result.error ?? ended.stderr}`);
    assert.ok(met.passed, JSON.stringify(met, undefined, 2));
  });
}

test('the demonstration passes as a whole, and leaves nothing', async () => {
  assert.equal(result.error, undefined);
  assert.deepEqual(
    result.steps.map(({ step }) => step),
    steps,
  );
  assert.equal(ended.code, 0);
  assert.deepEqual(await tracesOf(name), []);
});
