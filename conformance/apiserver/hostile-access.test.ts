/** Whatever credentials, roles, reviews and rules say: the embedded server answers, grants nothing by mistake, and goes on. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { type Api, createApi } from './api.ts';
import { type Embedded, startEmbedded } from './embedded.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const ANSWERS = [200, 201, 400, 401, 403, 404, 405, 409, 415, 422];

describe('hostile access', () => {
  let server: Embedded;
  let api: Api;
  const failures: unknown[] = [];
  before(async () => {
    const quiet = () => {};
    const log = {
      trace: quiet,
      debug: quiet,
      info: quiet,
      warn: quiet,
      error: (...said: unknown[]) => void failures.push(said),
    };
    server = await startEmbedded({ log: log as never });
    api = createApi(server.access);
  });
  after(async () => {
    api.close();
    await server.close();
    assert.deepEqual(failures, []);
  });

  /** Something where a text, a list or an object should be. */
  const junk = fc.oneof(
    fc.constantFrom(null, 0, -1, true, '', 'x', '*', '/', '..', '__proto__'),
    fc.array(fc.constantFrom('*', 'get', '', null, 1, {}), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('name', 'kind', 'verbs', '__proto__', 'x'), fc.constantFrom('', 'x', null, []), {
      maxKeys: 3,
    }),
  );
  const shaped = (...keys: string[]) => fc.dictionary(fc.constantFrom(...keys), junk, { maxKeys: 4 });
  const answers = async (path: string, body: unknown) => {
    const { status } = await api.post(path, body);
    assert.ok(ANSWERS.includes(status), `${path} ${status} ${JSON.stringify(body)}`);
  };

  test('roles and bindings of any shape are taken or refused', async () => {
    const rule = shaped('verbs', 'apiGroups', 'resources', 'resourceNames', 'nonResourceURLs');
    const role = fc.record({
      rules: fc.oneof(junk, fc.array(rule, { maxLength: 3 })),
      aggregationRule: fc.option(junk),
    });
    const binding = fc.record({
      roleRef: fc.oneof(junk, shaped('apiGroup', 'kind', 'name')),
      subjects: fc.oneof(junk, fc.array(shaped('kind', 'name', 'namespace', 'apiGroup'), { maxLength: 3 })),
    });
    const metadata = { generateName: 'x-' };
    await fc.assert(
      fc.asyncProperty(role, binding, async (one, two) => {
        await answers(`${RBAC}/clusterroles`, { ...one, metadata });
        await answers(`${RBAC}/namespaces/default/rolebindings`, { ...two, metadata });
        await answers(`${RBAC}/clusterrolebindings`, { ...two, metadata });
      }),
      { numRuns: 200 },
    );
    const stranger = createApi({ ...server.access, headers: { 'impersonate-user': 'stranger' } });
    assert.equal((await stranger.get('/api/v1/secrets')).status, 403);
    stranger.close();
  });

  test('reviews and orders of tokens of any shape are answered or refused', async () => {
    const attributes = shaped('verb', 'group', 'resource', 'subresource', 'namespace', 'name', 'path');
    const spec = fc.oneof(
      junk,
      fc.record(
        {
          resourceAttributes: fc.oneof(junk, attributes),
          nonResourceAttributes: fc.oneof(junk, attributes),
          user: junk,
          groups: junk,
        },
        { requiredKeys: [] },
      ),
      shaped('token', 'audiences', 'expirationSeconds', 'boundObjectRef', 'namespace'),
    );
    const authorization = '/apis/authorization.k8s.io/v1';
    const paths = [
      `${authorization}/selfsubjectaccessreviews`,
      `${authorization}/subjectaccessreviews`,
      `${authorization}/namespaces/default/localsubjectaccessreviews`,
      `${authorization}/selfsubjectrulesreviews`,
      '/apis/authentication.k8s.io/v1/tokenreviews',
      '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      '/api/v1/namespaces/default/serviceaccounts/default/token',
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), spec, junk, (path, asked, metadata) =>
        answers(path, { spec: asked, ...(metadata !== null && { metadata }) }),
      ),
      { numRuns: 400 },
    );
    const protobuf = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.concat([Buffer.from('k8s\0'), bytes]));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), protobuf, async (path, body) => {
        const { status } = await api.call('POST', path, body, { type: 'application/vnd.kubernetes.protobuf' });
        assert.ok(ANSWERS.includes(status), `${path} ${status}`);
      }),
      { numRuns: 200 },
    );
  });

  test('credentials that nobody gave are 401, and nobody is made of headers', async () => {
    const { server: url, ca } = server.access;
    const token = fc.string({ unit: fc.constantFrom('a', '.', '-', 'e', 'y', 'J', '='), minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(token, async (text) => {
        const other = createApi({ server: url, ca, token: text });
        const { status } = await other.get('/api/v1/pods');
        other.close();
        assert.equal(status, 401);
      }),
      { numRuns: 60 },
    );
    const headers = { 'impersonate-user': 'admin', 'impersonate-group': 'system:masters' };
    const nobody = createApi({ server: url, ca, headers });
    assert.ok([401, 403].includes((await nobody.get('/api/v1/pods')).status));
    nobody.close();
    const halves = createApi({ ...server.access, headers: { 'impersonate-group': 'system:masters' } });
    assert.equal((await halves.get('/api/v1/pods')).status, 400);
    halves.close();
    const extra = createApi({
      ...server.access,
      headers: { 'impersonate-user': 'x', 'impersonate-extra-a%2fb': '1', 'impersonate-uid': 'u' },
    });
    const { body } = await extra.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
    assert.deepEqual([body.status.userInfo.uid, body.status.userInfo.extra], ['u', { 'a/b': ['1'] }]);
    extra.close();
  });
});
