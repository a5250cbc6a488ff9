import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApi } from './api.ts';
import { configMap } from './objects.ts';
import type { Stage } from './suite.ts';

export function refusalCases(stage: () => Stage): void {
  test('a client without a certificate is 401, and told only that the server lives', async () => {
    const { server, ca } = stage().access;
    const stranger = createApi({ server, ca });
    const { status, body } = await stranger.get('/api/v1/namespaces');
    assert.deepEqual([status, body.kind, body.reason], [401, 'Status', 'Unauthorized']);
    assert.equal((await stranger.get('/readyz')).status, 200);
    stranger.close();
  });

  test('what is not there is 404 with a Status', async () => {
    const { api } = stage();
    for (const path of ['/', '/api/v2/pods', '/api/v1/nothings', '/apis/none.example.com/v1/x', '/api/v1/pods/p'].slice(
      1,
    )) {
      const { status, body } = await api.get(path);
      assert.deepEqual([status, body.kind, body.code], [404, 'Status', 404], path);
    }
    const { body } = await api.get('/api/v1/namespaces/default/configmaps/none');
    assert.equal(body.message, 'configmaps "none" not found');
    assert.deepEqual(body.details, { name: 'none', kind: 'configmaps' });
  });

  test('a method that a path does not have is 405 with a Status', async () => {
    const { api } = stage();
    for (const [method, path] of [
      ['PUT', '/api/v1/namespaces'],
      ['POST', '/api/v1/namespaces/default'],
      ['PUT', '/api/v1/pods'],
    ] as const) {
      const { status, body } = await api.call(method, path, {});
      assert.deepEqual([status, body.reason], [405, 'MethodNotAllowed'], path);
    }
  });

  test('a body that is no object is 400, one that is too large 413', async () => {
    const { api } = stage();
    const path = '/api/v1/namespaces/default/configmaps';
    for (const text of ['', '{', 'null', '[]', '"x"', '{"metadata":7}', '\u0000'])
      assert.ok([400, 422].includes((await api.post(path, text)).status), JSON.stringify(text));
    const large = await api.post(path, configMap('large', { x: 'y'.repeat(4 * 1024 * 1024) }));
    assert.deepEqual([large.status, large.body.reason], [413, 'RequestEntityTooLarge']);
    assert.equal((await api.get(`${path}/large`)).status, 404);
  });

  test('keys that mean something to JavaScript are keys like others', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/configmaps`;
    const text =
      '{"metadata":{"name":"a","__proto__":{"x":1}},"data":{"constructor":"c","toString":"t"},"__proto__":{"y":1}}';
    assert.equal((await api.post(path, text)).status, 201);
    const { body } = await api.get(`${path}/a`);
    assert.deepEqual(body.data, { constructor: 'c', toString: 't' });
    const patch = '{"__proto__":{"polluted":"yes"},"data":{"__proto__":"p"}}';
    await api.patch(`${path}/a`, 'merge', patch);
    assert.equal((await api.get(`${path}/a`)).status, 200);
    assert.equal(({} as { polluted?: string }).polluted, undefined);
  });
}
