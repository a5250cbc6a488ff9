import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { isFault } from '#kit/index.ts';
import type { StoreEvent } from '#objects/index.ts';
import { storeSuite } from '#objects/store/store-suite.ts';
import { openSqliteStore } from './sqlite-store.ts';

storeSuite('sqlite', ({ historyLimit }) => openSqliteStore({ path: ':memory:', historyLimit }));

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sealane-store-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'deep', 'test.db');
}

const key = (name: string) => ({ resource: 'pods', namespace: 'x', name });
const pod = (name: string, value = 0) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'x' },
  spec: { value },
});
const isStoreFault = (error: unknown) => isFault(error, 'apiserver/store');

test('objects, revision and recent changes are there again after a restart', (t) => {
  const path = temporary(t);
  const first = openSqliteStore({ path });
  first.create(key('a'), pod('a'));
  first.create(key('b'), pod('b'));
  first.update(key('a'), pod('a', 1));
  first.delete(key('b'));
  const before = first.list('pods');
  first.close();
  const second = openSqliteStore({ path });
  assert.deepEqual(second.list('pods'), before);
  assert.equal(second.revision(), 4);
  const events: StoreEvent[] = [];
  second.watch('pods', { fromRevision: 1 }, (event) => void events.push(event));
  assert.deepEqual(
    events.map(({ type, revision, key: { name }, previous }) => [type, revision, name, previous !== undefined]),
    [
      ['ADDED', 2, 'b', false],
      ['MODIFIED', 3, 'a', true],
      ['DELETED', 4, 'b', true],
    ],
  );
  second.close();
});

test('the history in the file stays bounded, and so does what is resumed from it', (t) => {
  const path = temporary(t);
  const first = openSqliteStore({ path, historyLimit: 10 });
  first.create(key('a'), pod('a'));
  for (let i = 1; i < 100; i++) first.update(key('a'), pod('a', i));
  first.close();
  const file = new DatabaseSync(path);
  const { count } = file.prepare('SELECT count(*) AS count FROM changes').get() as { count: number };
  file.close();
  assert.ok(count >= 10 && count <= 20, String(count));
  const second = openSqliteStore({ path, historyLimit: 10 });
  assert.equal(second.watch('pods', { fromRevision: 50 }, () => {}).outcome, 'expired');
  assert.equal(second.watch('pods', { fromRevision: 95 }, () => {}).outcome, 'watching');
  second.close();
});

test('a file that another server has open is refused', (t) => {
  const path = temporary(t);
  const store = openSqliteStore({ path });
  assert.throws(
    () => openSqliteStore({ path }),
    (error) => {
      assert.ok(isStoreFault(error));
      assert.match((error as Error).message, /another API server has this file open/);
      return true;
    },
  );
  store.create(key('a'), pod('a'));
  store.close();
  openSqliteStore({ path }).close();
});

test('a file that is no database, or a damaged one, is refused with its path', (t) => {
  const path = temporary(t);
  openSqliteStore({ path }).close();
  writeFileSync(path, 'this is no database, whatever its name says'.repeat(100));
  const says = (error: unknown) => isStoreFault(error) && (error as Error).message.includes(path);
  assert.throws(() => openSqliteStore({ path }), says);
  rmSync(path);
  const store = openSqliteStore({ path });
  for (let i = 0; i < 200; i++) store.create(key(`p${i}`), pod(`p${i}`));
  store.close();
  const bytes = readFileSync(path);
  bytes.fill(0x5a, 4096);
  writeFileSync(path, bytes);
  assert.throws(() => openSqliteStore({ path }), says);
  assert.ok(existsSync(path));
});

test('a row that does not hold what we wrote is refused', (t) => {
  const path = temporary(t);
  const store = openSqliteStore({ path });
  store.create(key('a'), pod('a'));
  store.close();
  for (const body of ['{', '{"metadata":{}}']) {
    const file = new DatabaseSync(path);
    file.prepare('UPDATE objects SET body = ?').run(body);
    file.close();
    assert.throws(() => openSqliteStore({ path }), isStoreFault);
  }
});

test('a history with a gap is resumed after the gap only', (t) => {
  const path = temporary(t);
  const store = openSqliteStore({ path });
  for (const name of ['a', 'b', 'c', 'd']) store.create(key(name), pod(name));
  store.close();
  const file = new DatabaseSync(path);
  file.exec('DELETE FROM changes WHERE revision = 2');
  file.close();
  const again = openSqliteStore({ path });
  assert.equal(again.revision(), 4);
  assert.deepEqual(
    again.watch('pods', { fromRevision: 1 }, () => {}),
    { outcome: 'expired', oldest: 2 },
  );
  again.close();
});

test('a file of a later format is refused', (t) => {
  const path = temporary(t);
  openSqliteStore({ path }).close();
  const file = new DatabaseSync(path);
  file.exec('PRAGMA user_version = 99');
  file.close();
  assert.throws(() => openSqliteStore({ path }), isStoreFault);
});
