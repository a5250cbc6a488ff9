/** What becomes of writes when the disk answers fsync() with an error: a library that is preloaded does, in a process with a store. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Store } from '#objects/index.ts';
import { openSqliteStore } from './sqlite-store.ts';
import { podNames } from './testing/pods.ts';

const folder = mkdtempSync(join(tmpdir(), 'sealane-sync-'));
after(() => rmSync(folder, { recursive: true }));
const here = (name: string) => fileURLToPath(new URL(`testing/${name}`, import.meta.url));
const library = join(folder, 'failing-sync.so');
execFileSync('clang', ['-shared', '-fPIC', '-O1', '-Wall', '-Werror', '-o', library, here('failing-sync.c')]);
const EVERY_FILE = 'fail:';
const ONLY_THE_DATABASE = 'fail:.db';
const IO_ERROR = /disk I\/O error/;
let made = 0;

class Disk {
  readonly path = join(folder, `${made++}.db`);
  readonly switchFile = `${this.path}.fails`;

  /** What came of each step that tells of it. */
  run(...steps: string[]): Map<string, string> {
    const { stdout, stderr, signal, status } = spawnSync(
      process.execPath,
      [here('take-steps.ts'), this.path, ...steps],
      { env: { ...process.env, LD_PRELOAD: library, SYNC_FAILS: this.switchFile }, encoding: 'utf8', timeout: 60_000 },
    );
    assert.deepEqual({ signal, status }, ends(steps), stderr);
    const lines = stdout.trimEnd().split('\n');
    return new Map(lines.map((line) => JSON.parse(line) as [string, string]));
  }

  /** As a restart finds it, with a disk that is sound. */
  reopened(t: TestContext): Store {
    const store = openSqliteStore({ path: this.path });
    t.after(() => store.close());
    assert.equal(store.revision(), podNames(store).length, 'each revision is one pod');
    return store;
  }
}

function ends(steps: readonly string[]): { signal: string | null; status: number | null } {
  return steps.at(-1) === 'kill' ? { signal: 'SIGKILL', status: null } : { signal: null, status: 0 };
}

function assertRefused(outcome: string | undefined, name: string): void {
  assert.match(outcome ?? '', new RegExp(`^apiserver/store: write pods ${name} to .*\\.db`));
  assert.match(outcome ?? '', IO_ERROR);
}

test('a write that does not get to the disk is refused with its cause; the next is taken when the disk is sound', (t) => {
  const disk = new Disk();
  const outcomes = disk.run('a', EVERY_FILE, 'b', 'c', 'heal', 'd', 'kill');
  assertRefused(outcomes.get('b'), 'b');
  assertRefused(outcomes.get('c'), 'c');
  assert.deepEqual([outcomes.get('a'), outcomes.get('d')], ['done', 'done']);
  assert.deepEqual(podNames(disk.reopened(t)), ['a', 'd']);
});

for (const end of ['kill', 'close']) {
  test(`after refused writes and a ${end} there is what was acknowledged; the last refused may be there too, whole`, (t) => {
    const disk = new Disk();
    assertRefused(disk.run('a', EVERY_FILE, 'b', 'c', end).get('c'), 'c');
    const found = podNames(disk.reopened(t)).join();
    assert.ok(['a', 'a,c'].includes(found), found);
  });
}

test('what cannot be brought from the journal into the database stays in the journal until it can', (t) => {
  const disk = new Disk();
  const pods = Array.from({ length: 300 }, (_, i) => `p${i + 100}`);
  const outcomes = disk.run(ONLY_THE_DATABASE, ...pods, 'kill');
  assert.ok(pods.every((name) => outcomes.get(name) === 'done'));
  const journal = () => statSync(`${disk.path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  assert.ok(journal() > 300 * 40_000, `${journal()} bytes: each pod is in it twice, with its change`);
  disk.run('heal', 'later', 'close');
  assert.equal(journal(), 0);
  assert.deepEqual(podNames(disk.reopened(t)), ['later', ...pods]);
});

test('a database that cannot be begun is refused with its cause, and begun when the disk is sound', (t) => {
  const disk = new Disk();
  writeFileSync(disk.switchFile, '');
  const refused = disk.run().get('open') ?? '';
  assert.match(refused, /^apiserver\/store: open .*\.db/);
  assert.match(refused, IO_ERROR);
  rmSync(disk.switchFile);
  assert.ok(existsSync(disk.path));
  assert.deepEqual([...disk.run('a', 'close').values()], ['done', 'done']);
  assert.deepEqual(podNames(disk.reopened(t)), ['a']);
});
