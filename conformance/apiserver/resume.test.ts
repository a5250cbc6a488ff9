/** What a restart, a compaction and a disk that fails mean for clients of the embedded server. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openSqliteStore } from '#apiserver/index.ts';
import { createMemoryStore, type Journal } from '#objects/index.ts';
import { type Api, createApi } from './api.ts';
import { startEmbedded } from './embedded.ts';
import { configMap } from './objects.ts';
import { story } from './watches.ts';

const PATH = '/api/v1/namespaces/default/configmaps';

async function revisionOf(api: Api): Promise<string> {
  return (await api.get(PATH)).body.metadata.resourceVersion;
}

test('a watch goes on where it was after the server has been restarted', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sealane-resume-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const life = async () => {
    const store = openSqliteStore({ path: join(folder, 'test.db') });
    const server = await startEmbedded({ store });
    const api = createApi(server.access);
    const end = async () => {
      api.close();
      await server.close();
      store.close();
    };
    return { api, end };
  };
  const first = await life();
  const from = await revisionOf(first.api);
  const watch = await first.api.watch(`${PATH}?watch=1&resourceVersion=${from}`);
  await first.api.post(PATH, configMap('a'));
  assert.deepEqual(await story(watch, 1), ['ADDED a']);
  await first.api.delete(`${PATH}/a`);
  await first.end();
  const second = await life();
  t.after(second.end);
  const resumed = await second.api.watch(`${PATH}?watch=1&resourceVersion=${from}`);
  await second.api.post(PATH, configMap('b'));
  assert.deepEqual(await story(resumed, 3), ['ADDED a', 'DELETED a', 'ADDED b']);
  resumed.stop();
});

async function inMemory(t: TestContext, journal?: Journal) {
  const store = createMemoryStore({ historyLimit: 1000, journal });
  const server = await startEmbedded({ store });
  const api = createApi(server.access);
  t.after(async () => {
    api.close();
    await server.close();
  });
  return { store, server, api };
}

test('from before the compaction nothing can be watched or listed: 410', async (t) => {
  const { store, api } = await inMemory(t);
  const from = await revisionOf(api);
  const { body: page } = await api.get('/api/v1/namespaces?limit=1');
  for (const name of ['a', 'b']) await api.post(PATH, configMap(name));
  store.compact(store.revision());
  const answers = [
    await api.get(`${PATH}?watch=1&resourceVersion=${from}`),
    await api.get(`${PATH}?resourceVersion=${from}&resourceVersionMatch=Exact`),
    await api.get(`/api/v1/namespaces?limit=1&continue=${encodeURIComponent(page.metadata.continue)}`),
  ];
  for (const { status, body } of answers) assert.deepEqual([status, body.reason, body.code], [410, 'Expired', 410]);
});

test('a write that the store cannot keep is a 500, no watcher hears of it, and the next is taken', async (t) => {
  let fails = false;
  const save = () => {
    if (fails) throw new Error('disk I/O error');
  };
  const { api } = await inMemory(t, { changes: [], objects: [], save });
  const watch = await api.watch(`${PATH}?watch=1&resourceVersion=${await revisionOf(api)}`);
  fails = true;
  const { status, body } = await api.post(PATH, configMap('a'));
  assert.deepEqual([status, body.kind, body.reason], [500, 'Status', 'InternalError']);
  assert.equal((await api.get(`${PATH}/a`)).status, 404);
  fails = false;
  await api.post(PATH, configMap('b'));
  assert.deepEqual(await story(watch, 1), ['ADDED b']);
  watch.stop();
});

test('a watch from a revision that this server never had is 410: the client saw another one', async (t) => {
  const { api } = await inMemory(t);
  assert.equal((await api.get(`${PATH}?watch=1&resourceVersion=99999`)).status, 410);
});

test('a watch ends when the server does, and nothing of it stays', async (t) => {
  const { server, api } = await inMemory(t);
  const watch = await api.watch(`${PATH}?watch=1&allowWatchBookmarks=true`);
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  const ended = watch.next();
  await server.close();
  assert.equal(await ended.catch(() => undefined), undefined);
  assert.ok(timers() <= before, `${timers()} timers, ${before} before`);
});

test('bookmarks tell a quiet watch how far the server is', async (t) => {
  const ticks: (() => void)[] = [];
  const { systemClock } = await import('#kit/index.ts');
  const clock = {
    ...systemClock,
    after(ms: number, run: () => void, options?: { background?: boolean }) {
      if (ms !== 10_000) return systemClock.after(ms, run, options);
      ticks.push(run);
      return () => {};
    },
  };
  const server = await startEmbedded({ clock });
  const api = createApi(server.access);
  t.after(async () => {
    api.close();
    await server.close();
  });
  const watch = await api.watch(`${PATH}?watch=1&allowWatchBookmarks=true&resourceVersion=${await revisionOf(api)}`);
  await api.post('/api/v1/namespaces', { metadata: { name: 'elsewhere' } });
  ticks.shift()?.();
  const bookmark = await watch.next();
  assert.equal(bookmark?.type, 'BOOKMARK');
  assert.equal(bookmark.object.metadata.resourceVersion, await revisionOf(api));
  watch.stop();
});
