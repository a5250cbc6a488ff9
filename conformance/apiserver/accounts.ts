import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Access, createApi, until } from './api.ts';
import { pod } from './objects.ts';
import type { Stage } from './suite.ts';

const TOKEN_REVIEWS = '/apis/authentication.k8s.io/v1/tokenreviews';

export function accountCases(stage: () => Stage): void {
  /** As the bearer of a token, without a certificate. */
  const bearer = (token: string) => {
    const { server, ca } = stage().access;
    const access: Access = { server, ca, token };
    return createApi(access);
  };
  const whoami = async (token: string) => {
    const api = bearer(token);
    const answer = await api.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
    api.close();
    return answer;
  };
  const account = async () => {
    const { api, namespace } = stage();
    const space = await namespace();
    const path = `/api/v1/namespaces/${space}/serviceaccounts`;
    await api.post(path, { metadata: { name: 'robot' } });
    const order = (spec: object = {}, name = 'robot') => api.post(`${path}/${name}/token`, { spec });
    return { api, space, path, order };
  };

  test('every namespace has the account "default", again when it was deleted', async () => {
    const { api, path } = await account();
    const isThere = () =>
      until(
        'default',
        () => api.get(`${path}/default`),
        ({ status }) => status === 200,
      );
    const { uid } = (await isThere()).body.metadata;
    await api.delete(`${path}/default`);
    await until(
      'made again',
      () => api.get(`${path}/default`),
      ({ body }) => body.metadata?.uid !== undefined && body.metadata.uid !== uid,
    );
  });

  test('a token says who bears it, for whom and until when', async () => {
    const { space, order } = await account();
    const { status, body } = await order({ expirationSeconds: 900 });
    assert.equal(status, 201);
    assert.equal(body.spec.expirationSeconds, 900);
    const claims = JSON.parse(Buffer.from(body.status.token.split('.')[1], 'base64url').toString());
    assert.equal(claims.sub, `system:serviceaccount:${space}:robot`);
    assert.equal(claims.exp - claims.iat, 900);
    assert.deepEqual(claims.aud, body.spec.audiences);
    assert.equal(claims['kubernetes.io'].serviceaccount.name, 'robot');
    assert.equal(Math.abs(Date.parse(body.status.expirationTimestamp) / 1000 - claims.exp) < 2, true);
    const me = await whoami(body.status.token);
    const { userInfo } = me.body.status;
    assert.equal(userInfo.username, claims.sub);
    assert.equal(userInfo.uid, claims['kubernetes.io'].serviceaccount.uid);
    assert.deepEqual(userInfo.groups, [
      'system:serviceaccounts',
      `system:serviceaccounts:${space}`,
      'system:authenticated',
    ]);
  });

  test('the bearer of a token may do what its account is bound to', async () => {
    const { api, space, order } = await account();
    const who = bearer((await order()).body.status.token);
    const path = `/api/v1/namespaces/${space}/configmaps`;
    assert.equal((await who.get(path)).status, 403);
    await api.post(`/apis/rbac.authorization.k8s.io/v1/namespaces/${space}/rolebindings`, {
      metadata: { name: 'robot' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: space }],
    });
    await until(
      'may read',
      () => who.get(path),
      ({ status }) => status === 200,
    );
    assert.equal((await who.get(`/api/v1/namespaces/${space}/secrets`)).status, 403);
    who.close();
  });

  test('a token ends with its account, and one of the same name is another', async () => {
    const { api, path, order } = await account();
    const { token } = (await order()).body.status;
    assert.equal((await whoami(token)).status, 201);
    await api.delete(`${path}/robot`);
    const ended = () =>
      until(
        '401',
        () => whoami(token),
        ({ status }) => status === 401,
      );
    await ended();
    await api.post(path, { metadata: { name: 'robot' } });
    const { body } = await ended();
    assert.deepEqual([body.reason, body.message], ['Unauthorized', 'Unauthorized']);
  });

  test('a token bound to a pod ends with the pod', async () => {
    const { api, space, order } = await account();
    const pods = `/api/v1/namespaces/${space}/pods`;
    const made = await api.post(pods, pod('p', { serviceAccountName: 'robot', automountServiceAccountToken: false }));
    assert.equal(made.status, 201);
    const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'p', uid: made.body.metadata.uid };
    const { body } = await order({ boundObjectRef });
    assert.equal((await whoami(body.status.token)).status, 201);
    assert.equal((await order({ boundObjectRef: { ...boundObjectRef, uid: 'other' } })).status, 409);
    assert.equal((await order({ boundObjectRef: { ...boundObjectRef, name: 'none' } })).status, 404);
    assert.equal((await order({ boundObjectRef }, 'default')).status, 400);
    assert.equal((await order({ boundObjectRef: { kind: 'Service', apiVersion: 'v1', name: 's' } })).status, 400);
    await api.delete(`${pods}/p`, { gracePeriodSeconds: 0 });
    await until(
      '401',
      () => whoami(body.status.token),
      ({ status }) => status === 401,
    );
  });

  test('an order of a token that means nothing is refused', async () => {
    const { order, api, path } = await account();
    const short = await order({ expirationSeconds: 599 });
    assert.deepEqual(
      [short.status, short.body.details.causes[0].field],
      [422, 'spec.expirationSeconds'],
      JSON.stringify(short.body),
    );
    assert.match(short.body.message, /may not specify a duration less than 10 minutes/);
    assert.equal((await order({ expirationSeconds: 2 ** 32 + 1 })).status, 422);
    assert.equal((await order({ expirationSeconds: 'x' })).status, 400);
    assert.equal((await order({}, 'none')).status, 404);
    assert.equal((await api.post(`${path}/robot/token`, { metadata: { name: 'other' }, spec: {} })).status, 422);
    assert.equal((await api.get(`${path}/robot/token`)).status, 405);
  });

  test('a review says whose a token is, and for whom it is meant', async () => {
    const { api, space, order } = await account();
    const ask = async (spec: object) => (await api.post(TOKEN_REVIEWS, { spec })).body.status;
    const { token } = (await order({ audiences: ['vault'] })).body.status;
    assert.equal((await whoami(token)).status, 401); // it is not for this server
    const good = await ask({ token, audiences: ['vault', 'other'] });
    assert.deepEqual([good.authenticated, good.audiences], [true, ['vault']]);
    assert.equal(good.user.username, `system:serviceaccount:${space}:robot`);
    for (const spec of [{ token }, { token, audiences: ['other'] }, { token: `${token}x` }, { token: 'x' }]) {
      const bad = await ask(spec);
      assert.deepEqual([bad.authenticated ?? false, bad.user?.username], [false, undefined]);
      assert.match(bad.error, /invalid bearer token/);
    }
    assert.equal((await api.post(TOKEN_REVIEWS, { spec: {} })).status, 400);
  });
}
