/** By its name the last file that the runner starts: what came before must have left the machine as it was. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { leftBehind, type Traces, tracesOfTests } from './left-behind.ts';

const file = process.env['SEALANE_TEST_BEFORE'];
const skip = file === undefined && 'only as the last of all tests, as tools/test.sh starts it';

test('the tests left no namespace, link, cgroup, pin, mount, process or file behind', { skip }, () => {
  const before = JSON.parse(readFileSync(file ?? '', 'utf8')) as Traces;
  assert.deepEqual(leftBehind(before, tracesOfTests()), []);
});

test('a process and a folder that stay are noticed', { skip }, async () => {
  const before = tracesOfTests();
  const folder = join(process.env['TMPDIR'] ?? '', 'forgotten');
  mkdirSync(folder);
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume(); console.log(0)']);
  try {
    await once(child.stdout, 'data');
    const left = leftBehind(before, tracesOfTests());
    assert.ok(left.includes(`temporary file ${folder}`), left.join('\n'));
    assert.ok(
      left.some((line) => line.startsWith(`process ${child.pid} `)),
      left.join('\n'),
    );
  } finally {
    child.stdin.end();
    rmdirSync(folder);
    await once(child, 'exit');
  }
});
