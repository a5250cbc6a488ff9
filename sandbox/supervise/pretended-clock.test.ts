import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { clockOf, PRETENDED_CLOCK, setSkew } from './pretended-clock.ts';
import { type StatePaths, writeState } from './state.ts';

const HOUR = 3_600_000;
const SAY = `
setInterval(() => console.log(JSON.stringify([Date.now(), new Date().getTime(), Date.parse(Date()), new Date(5).getTime(),
  performance.now(), new Date() instanceof Date])), 20);`;

test('the clock of a process is set ahead and back while it runs, its monotonic time and other dates are not', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'sealane-clock-'));
  const paths = { clock: join(root, 'clock.mjs'), skew: (name: string) => join(root, 'skew', name) } as StatePaths;
  writeState(paths.clock, PRETENDED_CLOCK);
  const child = spawn(process.execPath, ['--import', clockOf(paths, 'one'), '-e', SAY]);
  t.after(() => {
    child.kill('SIGKILL');
    rmSync(root, { recursive: true });
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  let passed = 0;
  const isAhead = async (by: number) => {
    for (const end = performance.now() + 10_000; performance.now() < end; ) {
      const said = JSON.parse((await lines.next()).value as string) as [
        number,
        number,
        number,
        number,
        number,
        boolean,
      ];
      const [now, made, written, given, monotonic, isDate] = said;
      assert.deepEqual([given, isDate], [5, true]);
      assert.ok(monotonic > passed && monotonic - passed < 60_000);
      passed = monotonic;
      if ([now, made, written].every((time) => Math.abs(time - Date.now() - by) < 5000)) return;
    }
    assert.fail(`the clock is not ${by} ms ahead`);
  };
  await isAhead(0);
  const open = readdirSync(`/proc/${child.pid}/fd`).map((fd) => readlinkSync(`/proc/${child.pid}/fd/${fd}`));
  assert.ok(!open.includes('anon_inode:inotify'), 'of these a user has 128');
  assert.equal(setSkew(paths, 'one', 2 * HOUR), true);
  await isAhead(2 * HOUR);
  assert.equal(setSkew(paths, 'another', HOUR), true);
  assert.equal(setSkew(paths, 'one', -HOUR), true);
  await isAhead(-HOUR);
  assert.equal(setSkew(paths, 'one', 0), true);
  assert.equal(setSkew(paths, 'one', 0), false);
  await isAhead(0);
});
