/** What becomes of acknowledged writes when the disk is full, and when the process dies in the middle of one. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { isFault } from '#kit/index.ts';
import { openSqliteStore } from './sqlite-store.ts';
import { createPod, podNames } from './testing/pods.ts';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'sealane-store-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('a full disk refuses a write with its path and cause; what was acknowledged before and after stays', (t) => {
  const disk = folder(t);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
  try {
    const path = join(disk, 'test.db');
    const store = openSqliteStore({ path });
    const acknowledged: string[] = [];
    const refused: unknown[] = [];
    for (let i = 0; i < 200 && refused.length < 3; i++) {
      const name = `p${String(i).padStart(3, '0')}`;
      try {
        createPod(store, name, 'x'.repeat(20_000));
        acknowledged.push(name);
      } catch (error) {
        refused.push(error);
      }
    }
    assert.equal(refused.length, 3);
    for (const error of refused) {
      assert.ok(isFault(error, 'apiserver/store'), String(error));
      assert.match((error as Error).message, /write pods p\d+ to .*test\.db/);
      assert.match(String((error as Error).cause), /full/);
    }
    assert.deepEqual(podNames(store), acknowledged, 'what was refused is not there');
    execFileSync('mount', ['-o', 'remount,size=8m', disk]);
    createPod(store, 'with-room');
    store.close();
    const again = openSqliteStore({ path });
    assert.deepEqual(podNames(again), [...acknowledged, 'with-room'].toSorted());
    again.close();
  } finally {
    execFileSync('umount', [disk]);
  }
});

test('a file cut anywhere in its last writes is an earlier state, whole; uncut nothing is lost', (t) => {
  const from = folder(t);
  const store = openSqliteStore({ path: join(from, 'test.db') });
  const count = 40;
  for (let i = 0; i < count; i++) createPod(store, `p${i + 10}`, 'y'.repeat(500));
  const acknowledged = podNames(store);
  // As the process would leave it if it were killed now.
  const wal = join(from, 'test.db-wal');
  const size = statSync(wal).size;
  assert.ok(size > 10_000, readdirSync(from).join());
  fc.assert(
    fc.property(fc.oneof(fc.constant(size), fc.integer({ min: 0, max: size })), (cut) => {
      const to = folder(t);
      cpSync(from, to, { recursive: true });
      truncateSync(join(to, 'test.db-wal'), cut);
      const after = openSqliteStore({ path: join(to, 'test.db') });
      const found = podNames(after);
      assert.deepEqual(found, acknowledged.slice(0, found.length));
      assert.equal(after.revision(), found.length);
      if (cut === size) assert.equal(found.length, count);
      createPod(after, 'later');
      after.close();
    }),
    { numRuns: 40 },
  );
  store.close();
});
