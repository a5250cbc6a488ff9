import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CONFIG_MAPS, type ConfigMap } from '#api/index.ts';
import { type Clock, systemClock } from '#kit/index.ts';
import { createMemoryStore } from '#objects/index.ts';
import { createClient } from './client.ts';
import { type ReflectOptions, reflect } from './reflect.ts';
import { type SmallServerOptions, startSmallServer } from './test-server.ts';
import { until } from './test-until.ts';

const map = (name: string, value = 'x'): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'demo', name },
  data: { value },
});

async function stand(t: TestContext, options: SmallServerOptions = {}, reflectOptions: ReflectOptions<ConfigMap> = {}) {
  const server = await startSmallServer(options);
  const client = createClient({ server: server.url });
  const cache = reflect<ConfigMap>(client, CONFIG_MAPS, reflectOptions);
  const all = { server };
  t.after(async () => {
    cache.stop();
    client.close();
    await all.server.close();
  });
  return { client, cache, all };
}

test('holds what was there, and what comes, changes and goes', async (t) => {
  const { client, cache } = await stand(t);
  await client.create(CONFIG_MAPS, map('a'));
  await until('a is seen', () => cache.get('demo/a') !== undefined);
  await client.patch(CONFIG_MAPS, { namespace: 'demo', name: 'a' }, { data: { value: 'y' } });
  await until('the change is seen', () => cache.get('demo/a')?.data?.['value'] === 'y');
  await client.delete(CONFIG_MAPS, { namespace: 'demo', name: 'a' });
  await until('a is gone', () => cache.size === 0);
});

test('reads a long list in pages of a hundred', async (t) => {
  const store = createMemoryStore();
  for (let i = 0; i < 1_201; i++)
    store.create({ resource: 'configmaps', namespace: 'demo', name: `m${i}` }, map(`m${i}`));
  const { cache, all } = await stand(t, { store });
  assert.equal(await cache.whenSynced(), true);
  assert.equal(cache.size, 1_201);
  assert.equal(all.server.requests.filter((line) => line.includes('limit=100')).length, 13);
});

test('misses nothing while the connection is cut', async (t) => {
  const { client, cache, all } = await stand(t);
  await client.create(CONFIG_MAPS, map('a'));
  await until('a is seen', () => cache.size === 1);
  all.server.cut();
  all.server.store.create({ resource: 'configmaps', namespace: 'demo', name: 'b' }, map('b'));
  all.server.store.delete({ resource: 'configmaps', namespace: 'demo', name: 'a' });
  await until('b is there and a is not', () => cache.keys().join() === 'demo/b');
});

test('keeps its state while the server is away and follows the one that comes back in its place', async (t) => {
  const { client, cache, all } = await stand(t);
  for (const name of ['a', 'b', 'c']) await client.create(CONFIG_MAPS, map(name));
  await until('three are seen', () => cache.size === 3);
  const { url } = all.server;
  await all.server.close();
  await until('the loss is noticed', () => !cache.connected);
  assert.equal(cache.size, 3);
  const store = createMemoryStore();
  store.create({ resource: 'configmaps', namespace: 'demo', name: 'z' }, map('z'));
  all.server = await startSmallServer({ store, port: Number(new URL(url).port) });
  await until('only the new server counts', () => cache.keys().join() === 'demo/z');
  assert.equal((await client.get<ConfigMap>(CONFIG_MAPS, { namespace: 'demo', name: 'z' })).data?.['value'], 'x');
});

/** A server in place of another, with a store that went on from an earlier state of the other's. */
async function restored(
  all: Awaited<ReturnType<typeof stand>>['all'],
  objects: readonly ConfigMap[],
  gone: readonly string[] = [],
): Promise<void> {
  const port = Number(new URL(all.server.url).port);
  await all.server.close();
  const store = createMemoryStore();
  const refTo = (name: string) => ({ resource: 'configmaps', namespace: 'demo', name });
  for (const object of objects) store.create(refTo(object.metadata.name), object);
  for (const name of gone) store.delete(refTo(name));
  all.server = await startSmallServer({ store, port });
}

test('a server restored from a backup that has come as far again is listed anew', async (t) => {
  const { client, cache, all } = await stand(t);
  for (const name of ['a', 'b']) await client.create(CONFIG_MAPS, map(name));
  await until('both are seen', () => cache.size === 2);
  await restored(
    all,
    ['a', 'x', 'y', 'z'].map((name) => map(name)),
  );
  await until('only what the server has now', () => cache.keys().toSorted().join() === 'demo/a,demo/x,demo/y,demo/z');
});

test('so is one that has come as far again by changes of what nobody here has seen', async (t) => {
  const { client, cache, all } = await stand(t);
  for (const name of ['a', 'b', 'c']) await client.create(CONFIG_MAPS, map(name));
  await client.delete(CONFIG_MAPS, { namespace: 'demo', name: 'c' });
  await until('two are left', () => cache.keys().join() === 'demo/a,demo/b');
  await restored(
    all,
    ['a', 'b', 'x', 'y'].map((name) => map(name)),
  );
  await until('what the server has now', () => cache.keys().toSorted().join() === 'demo/a,demo/b,demo/x,demo/y');
});

test('and one that has come as far again without an object that is gone there', async (t) => {
  const { client, cache, all } = await stand(t);
  for (const name of ['a', 'b', 'c', 'd', 'e']) await client.create(CONFIG_MAPS, map(name));
  await client.delete(CONFIG_MAPS, { namespace: 'demo', name: 'e' });
  await until('four are left', () => cache.keys().join() === 'demo/a,demo/b,demo/c,demo/d');
  await restored(all, [...cache.list(), map('x')], ['a', 'x']);
  await until('a is gone', () => cache.keys().join() === 'demo/b,demo/c,demo/d');
});

test('of a long list what changed last is looked for, wherever it stands', async (t) => {
  const { client, cache, all } = await stand(t);
  const names = Array.from({ length: 120 }, (_, i) => `m${i + 100}`);
  for (const name of names) await client.create(CONFIG_MAPS, map(name));
  await until('all are seen', () => cache.size === 120);
  const backup = names.flatMap((name) => cache.get(`demo/${name}`) ?? []);
  await client.patch(CONFIG_MAPS, { namespace: 'demo', name: 'm219' }, { data: { value: 'lost' } });
  await until('the change is seen', () => cache.get('demo/m219')?.data?.['value'] === 'lost');
  await restored(all, [...backup, map('x'), map('y')]);
  await until('what the server has now', () => cache.get('demo/m219')?.data?.['value'] === 'x' && cache.size === 122);
});

test('of a server restored from a backup an object is taken anew although it has the same version', async (t) => {
  const { client, cache, all } = await stand(t);
  for (const name of ['a', 'b']) await client.create(CONFIG_MAPS, map(name));
  await until('both are seen', () => cache.size === 2);
  const [a, b] = [cache.get('demo/a'), cache.get('demo/b')];
  assert.ok(a && b);
  await restored(all, [{ ...a, data: { value: 'of the restored' } }, b]);
  await until('it is what the server has now', () => cache.get('demo/a')?.data?.['value'] === 'of the restored');
  assert.equal(cache.get('demo/a')?.metadata.resourceVersion, a.metadata.resourceVersion);
});

test('lists again when the server has forgotten the changes in between', async (t) => {
  const { client, cache, all } = await stand(t);
  await client.create(CONFIG_MAPS, map('a'));
  await until('a is seen', () => cache.size === 1);
  const { store } = all.server;
  all.server.cut();
  store.delete({ resource: 'configmaps', namespace: 'demo', name: 'a' });
  store.create({ resource: 'configmaps', namespace: 'demo', name: 'b' }, map('b'));
  store.compact(store.revision());
  await until('b is there and a is not', () => cache.keys().join() === 'demo/b');
});

test('treats a kind that is not served as empty when it may be missing', async (t) => {
  const waits: number[] = [];
  const clock: Clock = {
    ...systemClock,
    after(ms, run) {
      waits.push(ms);
      return systemClock.after(waits.length < 7 ? 0 : ms, run);
    },
  };
  const { cache } = await stand(t, { missing: new Set(['configmaps']) }, { optional: true, clock });
  assert.equal(await cache.whenSynced(), true);
  assert.deepEqual([cache.size, cache.served], [0, false]);
  await until('it is asked for less and less often', () => waits.length === 7);
  assert.deepEqual(waits, [5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
});

test('says what has changed, with the state before, and nothing twice', async (t) => {
  const { client, cache } = await stand(t);
  await cache.whenSynced();
  const seen: string[] = [];
  cache.onChange(({ type, key, before }) => seen.push(`${type} ${key} ${before ? 'known' : 'new'}`));
  await client.create(CONFIG_MAPS, map('a'));
  await client.patch(CONFIG_MAPS, { namespace: 'demo', name: 'a' }, { data: { value: 'y' } });
  await client.delete(CONFIG_MAPS, { namespace: 'demo', name: 'a' });
  await until('it is gone', () => seen.length === 3);
  assert.deepEqual(seen, ['put demo/a new', 'put demo/a known', 'gone demo/a known']);
  cache.relist();
  await until('it is followed again', () => cache.connected);
  assert.equal(seen.length, 3);
});

test('finds objects by the index of its owner', async (t) => {
  const { client, cache } = await stand(t, {}, { indexBy: ({ data }) => data?.['value'] });
  await client.create(CONFIG_MAPS, map('a', 'red'));
  await client.create(CONFIG_MAPS, map('b', 'blue'));
  await until('both are seen', () => cache.size === 2);
  await client.patch(CONFIG_MAPS, { namespace: 'demo', name: 'a' }, { data: { value: 'blue' } });
  await until('both are blue', () => cache.indexed('blue').length === 2);
  assert.deepEqual(cache.indexed('red'), []);
});
