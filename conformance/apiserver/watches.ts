import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WatchReader } from './api.ts';
import { configMap } from './objects.ts';
import type { Stage } from './suite.ts';

export function watchCases(stage: () => Stage): void {
  const fresh = async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/secrets`;
    const revision = async () => (await api.get(path)).body.metadata.resourceVersion as string;
    const make = async (name: string, labels: object = {}) => api.post(path, { metadata: { name, labels } });
    return { api, path, revision, make };
  };

  test('a watch from a list misses nothing, and tells each change once', async () => {
    const { api, path, revision, make } = await fresh();
    await make('a');
    const from = await revision();
    await make('b');
    const watch = await api.watch(`${path}?watch=true&resourceVersion=${from}`);
    await api.patch(`${path}/a`, 'merge', { metadata: { labels: { x: 'y' } } });
    await api.delete(`${path}/b`);
    assert.deepEqual(await story(watch, 3), ['ADDED b', 'MODIFIED a', 'DELETED b']);
    watch.stop();
  });

  test('every event has the revision of its change, the deletion too', async () => {
    const { api, path, revision, make } = await fresh();
    const watch = await api.watch(`${path}?watch=1&resourceVersion=${await revision()}`);
    const { body: made } = await make('a');
    await api.delete(`${path}/a`);
    const [added, deleted] = [await watch.next(), await watch.next()];
    assert.equal(added?.object.metadata.resourceVersion, made.metadata.resourceVersion);
    assert.ok(Number(deleted?.object.metadata.resourceVersion) > Number(made.metadata.resourceVersion));
    watch.stop();
  });

  test('without a revision a watch begins with what is there', async () => {
    const { api, path, make } = await fresh();
    await make('a');
    for (const version of ['', '&resourceVersion=0']) {
      const watch = await api.watch(`${path}?watch=1${version}`);
      assert.deepEqual(await story(watch, 1), ['ADDED a']);
      watch.stop();
    }
  });

  test('a streaming list tells what is there, then says so in a bookmark', async () => {
    const { api, path, make } = await fresh();
    await make('a');
    const streaming = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
    const watch = await api.watch(`${path}?${streaming}&allowWatchBookmarks=true`);
    assert.deepEqual(await story(watch, 1), ['ADDED a']);
    const end = await watch.next();
    assert.equal(end?.type, 'BOOKMARK');
    assert.equal(end.object.metadata.annotations['k8s.io/initial-events-end'], 'true');
    await make('b');
    assert.deepEqual(await story(watch, 1), ['ADDED b']);
    watch.stop();
    assert.equal((await api.get(`${path}?watch=1&sendInitialEvents=true`)).status, 422);
    assert.equal((await api.get(`${path}?${streaming}`)).status, 422);
  });

  test('with a selector, entering is ADDED and leaving is DELETED', async () => {
    const { api, path, revision, make } = await fresh();
    const watch = await api.watch(`${path}?watch=1&labelSelector=in%3Dyes&resourceVersion=${await revision()}`);
    await make('a', { in: 'no' });
    const label = (value: string) => api.patch(`${path}/a`, 'merge', { metadata: { labels: { in: value } } });
    await label('yes');
    await api.patch(`${path}/a`, 'merge', { metadata: { labels: { more: 'x' } } });
    await label('no');
    assert.deepEqual(await story(watch, 3), ['ADDED a', 'MODIFIED a', 'DELETED a']);
    watch.stop();
  });

  test('one object can be watched', async () => {
    const { api, path, revision, make } = await fresh();
    const from = await revision();
    await make('a');
    await make('b');
    const watch = await api.watch(`${path}/b?watch=1&resourceVersion=${from}`);
    assert.deepEqual(await story(watch, 1), ['ADDED b']);
    watch.stop();
  });

  test('timeoutSeconds ends a watch, in good order', async () => {
    const { api, path, revision } = await fresh();
    const watch = await api.watch(`${path}?watch=1&timeoutSeconds=1&resourceVersion=${await revision()}`);
    assert.equal(await watch.next(), undefined);
  });

  test('a time limit beyond all measure is no limit, not none at all', async () => {
    const { api, path, revision, make } = await fresh();
    const watch = await api.watch(`${path}?watch=1&timeoutSeconds=99999999&resourceVersion=${await revision()}`);
    await make('a');
    assert.deepEqual(await story(watch, 1), ['ADDED a']);
    watch.stop();
  });

  test('a revision that cannot be read is 400', async () => {
    const { api, path } = await fresh();
    assert.equal((await api.get(`${path}?watch=1&resourceVersion=x`)).status, 400);
  });

  test('a watch as a Table tells rows', async () => {
    const { api, path, revision, make } = await fresh();
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const watch = await api.watch(`${path}?watch=1&resourceVersion=${await revision()}`, { accept });
    await make('a');
    const event = await watch.next();
    assert.deepEqual([event?.object.kind, event?.object.rows[0].cells[0]], ['Table', 'a']);
    watch.stop();
  });

  test('many watches of the same thing all hear the same', async () => {
    const { api, path, revision } = await fresh();
    const from = await revision();
    const watches = await Promise.all(
      Array.from({ length: 30 }, () => api.watch(`${path}?watch=1&resourceVersion=${from}`)),
    );
    for (const name of ['a', 'b', 'c']) await api.post(path, { ...configMap(name), kind: 'Secret', data: {} });
    for (const watch of watches) {
      assert.deepEqual(await story(watch, 3), ['ADDED a', 'ADDED b', 'ADDED c']);
      watch.stop();
    }
  });
}

export async function story(watch: WatchReader, count: number): Promise<string[]> {
  const told: string[] = [];
  while (told.length < count) {
    const event = await watch.next();
    if (!event) return told;
    if (event.type !== 'BOOKMARK') told.push(`${event.type} ${event.object.metadata.name}`);
  }
  return told;
}
