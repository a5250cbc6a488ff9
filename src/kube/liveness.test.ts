import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CONFIG_MAPS, type ConfigMap } from '#api/index.ts';
import { type Clock, systemClock } from '#kit/index.ts';
import { createClient } from './client.ts';
import { reflect } from './reflect.ts';
import { startSmallServer } from './test-server.ts';
import { until } from './test-until.ts';

/** Fifty times as fast: what takes a quarter of a minute is seen in a third of a second. */
const fast: Clock = {
  ...systemClock,
  monotonic: () => systemClock.monotonic() * 50,
  after: (ms, run, options) => systemClock.after(ms / 50, run, options),
};

async function stand(t: TestContext) {
  const silent = { now: false };
  const server = await startSmallServer({ intercept: () => silent.now });
  const client = createClient({ server: server.url }, { clock: fast });
  const cache = reflect<ConfigMap>(client, CONFIG_MAPS, { clock: fast });
  t.after(async () => {
    cache.stop();
    client.close();
    await server.close();
  });
  await until('it is followed', () => cache.connected);
  return { silent, server, cache };
}

test('a server that has fallen silent is noticed, and followed again when it speaks', async (t) => {
  const { silent, server, cache } = await stand(t);
  silent.now = true;
  await until('the silence is noticed', () => !cache.connected);
  const object: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'demo', name: 'a' } };
  server.store.create({ resource: 'configmaps', namespace: 'demo', name: 'a' }, object);
  silent.now = false;
  await until('what came meanwhile is there', () => cache.size === 1);
});

test('a server that is merely quiet is asked, and left alone when it answers', async (t) => {
  const { server, cache } = await stand(t);
  let lost = 0;
  cache.onState(() => (lost += cache.connected ? 0 : 1));
  await until('asked twice', () => server.requests.filter((line) => line === 'GET /version').length >= 2);
  assert.equal(lost, 0);
});
