/** The demonstration of the README, as a user runs it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bundlePath } from '#cli/index.ts';
import { capture } from '#host/index.ts';
import type { DemoResult } from '#sandbox/demo/index.ts';

test('every step of the demonstration meets what it promises', async () => {
  const name = `sltd${process.pid % 10_000}`;
  const args = [bundlePath('sealane-sandbox'), 'demo', '--name', name, '--output', 'json'];
  const { code, stdout, stderr } = await capture(process.execPath, args, { timeoutMs: 280_000 });
  const result = JSON.parse(stdout || '{"steps":[]}') as DemoResult;
  assert.equal(code, 0, stdout + stderr);
  assert.ok(result.steps.length >= 10, `${result.steps.length} steps`);
  assert.deepEqual(
    result.steps.filter(({ passed }) => !passed),
    [],
  );
});
