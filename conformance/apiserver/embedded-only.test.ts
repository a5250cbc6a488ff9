/** What only the embedded server has: hooks, its kubelet's socket, HTTP/2 beside HTTP/1.1. */
import assert from 'node:assert/strict';
import { connect as connectHttp2 } from 'node:http2';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import type { ApiServerOptions } from '#apiserver/index.ts';
import { createTokenKey } from '#identity/index.ts';
import { isFault, systemClock } from '#kit/index.ts';
import { createMemoryStore } from '#objects/index.ts';
import { type Access, type Api, createApi, until } from './api.ts';
import { startEmbedded } from './embedded.ts';
import { configMap, pod } from './objects.ts';

const PATH = '/api/v1/namespaces/default/configmaps';

async function started(t: TestContext, options: Partial<ApiServerOptions> = {}) {
  const server = await startEmbedded(options);
  const api = createApi(server.access);
  t.after(async () => {
    api.close();
    await server.close();
  });
  return { server, api };
}

test('exec is 403 for who may read pods and nothing more, over a WebSocket too', async (t) => {
  const { api, server } = await started(t, { kubeletSocket: '/nowhere' });
  const metadata = { name: 'reader' };
  const rules = [{ apiGroups: [''], resources: ['pods', 'pods/exec', 'pods/log'], verbs: ['get'] }];
  await api.post('/apis/rbac.authorization.k8s.io/v1/clusterroles', { metadata, rules });
  const group = 'rbac.authorization.k8s.io';
  const binding = {
    metadata,
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'reader' },
    subjects: [{ kind: 'User', apiGroup: group, name: 'reader' }],
  };
  await api.post('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', binding);
  const access = { ...server.access, headers: { 'impersonate-user': 'reader' } };
  assert.match(await execRefusal(access), /403/);
  assert.match(await execRefusal(server.access), /502/); // the admin gets as far as the kubelet
  assert.match(await execRefusal({ server: access.server, ca: access.ca }), /401/);
});

test('a kubelet that is away is 502, for logs and for exec', async (t) => {
  const { api, server } = await started(t, { kubeletSocket: '/nowhere/kubelet.sock' });
  await api.post('/api/v1/namespaces/default/pods', pod('p'));
  const { status, body } = await api.get('/api/v1/namespaces/default/pods/p/log');
  assert.deepEqual([status, body.kind, body.reason], [502, 'Status', 'BadGateway']);
  assert.match(await execRefusal(server.access), /502/);
});

function execRefusal({ server, ca, cert, key, headers }: Access): Promise<string> {
  const url = `${server.replace('https', 'wss')}/api/v1/namespaces/default/pods/p/exec?command=x`;
  const socket = new WebSocket(url, ['v5.channel.k8s.io'], {
    ca,
    cert,
    key,
    headers: headers as Record<string, string>,
  });
  return new Promise((resolve) => {
    socket.on('error', (error) => resolve(error.message));
    socket.on('open', () => resolve('opened'));
  });
}

test('protobuf is 415 with what to do instead', async (t) => {
  const { api } = await started(t);
  const { status, body } = await api.call('POST', PATH, 'k8s\0', { type: 'application/vnd.kubernetes.protobuf' });
  assert.deepEqual([status, body.reason], [415, 'UnsupportedMediaType']);
  assert.match(body.message, /send JSON/);
});

test('events go an hour after they were last seen', async (t) => {
  let ahead = 0;
  const ticks: (() => void)[] = [];
  const clock = {
    ...systemClock,
    now: () => systemClock.now() + ahead,
    after(ms: number, run: () => void, options?: { background?: boolean }) {
      if (ms !== 60_000) return systemClock.after(ms, run, options);
      ticks.push(run);
      return () => {};
    },
  };
  const { api } = await started(t, { clock });
  const involvedObject = { kind: 'Pod', name: 'p' };
  const path = '/api/v1/namespaces/default/events';
  const later = new Date(systemClock.now() + 1_800_000).toISOString();
  await api.post(path, { metadata: { name: 'old' }, involvedObject });
  await api.post(path, { metadata: { name: 'young' }, involvedObject, lastTimestamp: later });
  ahead = 3_700_000;
  ticks.shift()?.();
  const { body } = await api.get(path);
  assert.deepEqual(
    body.items.map((one: { metadata: { name: string } }) => one.metadata.name),
    ['young'],
  );
});

test('HTTP/2 and HTTP/1.1 give the same answers, a body that is too large included', async (t) => {
  const { api, server } = await started(t);
  const session = connectHttp2(server.access.server, server.access);
  t.after(() => session.destroy());
  const ask = (headers: Record<string, string>, body?: string) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const stream = session.request(headers, { endStream: body === undefined });
      let [status, text] = [0, ''];
      stream.on('response', (answer) => (status = Number(answer[':status'])));
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      stream.on('end', () => resolve({ status, text }));
      stream.on('error', reject);
      if (body !== undefined) stream.end(body);
    });
  assert.deepEqual(JSON.parse((await ask({ ':path': '/apis' })).text), (await api.get('/apis')).body);
  const post = { ':path': PATH, ':method': 'POST', 'content-type': 'application/json' };
  assert.equal((await ask(post, JSON.stringify(configMap('a')))).status, 201);
  assert.equal((await ask(post, JSON.stringify(configMap('b', { x: 'y'.repeat(4 << 20) })))).status, 413);
});

test('who comes when all places are taken is told to come again; an administrator gets in', async (t) => {
  const { api, server } = await started(t, { limits: { reads: 1, writes: 0, watches: 1 } });
  const metadata = { name: 'everybody' };
  const group = 'rbac.authorization.k8s.io';
  const roleRef = { apiGroup: group, kind: 'ClusterRole', name: 'cluster-admin' };
  const subjects = [{ kind: 'Group', apiGroup: group, name: 'system:authenticated' }];
  const bound = await api.post(`/apis/${group}/v1/clusterrolebindings`, { metadata, roleRef, subjects });
  assert.equal(bound.status, 201);
  const other = createApi({ ...server.access, headers: { 'impersonate-user': 'somebody' } });
  t.after(() => other.close());
  const { status, body, headers } = await other.post(PATH, configMap('a'));
  assert.deepEqual([status, body.reason, headers['retry-after']], [429, 'TooManyRequests', '1']);
  assert.equal(body.message, 'Too many requests, please try again later.');
  assert.equal((await api.get(`${PATH}/a`)).status, 404);
  const first = await other.watch(`${PATH}?watch=true`);
  assert.equal(first.status, 200);
  assert.equal((await other.watch(`${PATH}?watch=true`)).status, 429);
  assert.equal((await other.get(PATH)).status, 200);
  first.stop();
  await until(
    'a place again',
    async () => {
      const next = await other.watch(`${PATH}?watch=true&timeoutSeconds=1`);
      next.stop();
      return { status: next.status, headers: {}, body: undefined };
    },
    ({ status: met }) => met === 200,
  );
});

test('a token ends when its time is over, and outlives the server that keeps its key', async (t) => {
  let ahead = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + ahead };
  const options = { clock, store: createMemoryStore(), tokenKey: createTokenKey() };
  const first = await started(t, options);
  const account = '/api/v1/namespaces/default/serviceaccounts/default';
  await until(
    'account',
    () => first.api.get(account),
    ({ status }) => status === 200,
  );
  const { body } = await first.api.post(`${account}/token`, { spec: { expirationSeconds: 600 } });
  const { token } = body.status;
  const review = async (api: Api) =>
    (await api.post('/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token } })).body.status;
  ahead = 590_000;
  assert.equal((await review(first.api)).authenticated, true);
  const second = await started(t, options);
  assert.equal((await review(second.api)).authenticated, true);
  const stranger = await started(t, { ...options, tokenKey: createTokenKey() });
  assert.match((await review(stranger.api)).error, /invalid bearer token/);
  ahead = 601_000;
  assert.deepEqual(await review(second.api), { user: {}, error: 'service account token has expired' });
});

test('a name that is taken is made anew; when chance gives no other, it is 409 that says so', async (t) => {
  const chances: number[] = [];
  const nextName = () => chances.push(0, 0, 0, 0, 0); // a letter each; the UID comes after it
  let stuck = false;
  const clock = { ...systemClock, random: () => (stuck ? 0 : (chances.shift() ?? systemClock.random())) };
  const { api } = await started(t, { clock });
  const make = () => api.post(PATH, { metadata: { generateName: 'x-' } });
  nextName();
  assert.equal((await make()).body.metadata.name, 'x-bbbbb');
  nextName();
  const second = await make();
  assert.equal(second.status, 201);
  assert.equal(chances.length, 0);
  stuck = true;
  const { status, body, headers } = await make();
  assert.deepEqual([status, body.reason, headers['retry-after']], [409, 'AlreadyExists', '1']);
  assert.match(body.message, /"x-bbbbb" already exists, the server was not able to generate a unique name/);
});

test('an address that is taken is a fault that names it', async (t) => {
  const { server } = await started(t);
  await assert.rejects(startEmbedded({ port: server.port }), (error: unknown) => {
    assert.ok(isFault(error, 'apiserver/listen'));
    assert.match((error as Error).message, new RegExp(`127.0.0.1:${server.port}`));
    return true;
  });
});

test('a production hub serves what a hub needs, and no workloads', async (t) => {
  const { api } = await started(t, { kinds: 'hub' });
  assert.equal((await api.get('/api/v1/secrets')).status, 200);
  for (const path of ['/api/v1/pods', '/apis/apps/v1/deployments']) assert.equal((await api.get(path)).status, 404);
  await until(
    'index',
    () => api.get('/openapi/v3'),
    ({ body }) => 'apis/apiextensions.k8s.io/v1' in body.paths,
  );
});
