import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Body, until } from './api.ts';
import { configMap, pod } from './objects.ts';
import type { Stage } from './suite.ts';

export function deletionCases(stage: () => Stage): void {
  const isGone = ({ status }: { status: number }) => status === 404;

  test('a delete answers with a Status that names the object; another one is 404', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/configmaps`;
    const { body: made } = await api.post(path, configMap('a'));
    const { status, body } = await api.delete(`${path}/a`);
    assert.deepEqual([status, body.status, body.details.uid], [200, 'Success', made.metadata.uid]);
    const again = await api.delete(`${path}/a`);
    assert.deepEqual([again.status, again.body.reason], [404, 'NotFound']);
  });

  test('a delete with preconditions takes only what the client saw', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/configmaps`;
    const { body } = await api.post(path, configMap('a'));
    const { uid, resourceVersion } = body.metadata;
    assert.equal((await api.delete(`${path}/a`, { preconditions: { uid: 'other' } })).status, 409);
    assert.equal((await api.delete(`${path}/a`, { preconditions: { resourceVersion: '1' } })).status, 409);
    assert.equal((await api.delete(`${path}/a`, { preconditions: { uid, resourceVersion } })).status, 200);
  });

  test('a finalizer keeps a deleted object until it is taken away, and no other can be added', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/configmaps`;
    await api.post(path, configMap('a', {}, { finalizers: ['example.com/hold'] }));
    await api.delete(`${path}/a`);
    const { body: held } = await api.get(`${path}/a`);
    assert.ok(held.metadata.deletionTimestamp);
    const more = await api.patch(`${path}/a`, 'merge', {
      metadata: { finalizers: ['example.com/hold', 'example.com/more'] },
    });
    assert.equal(more.status, 422);
    assert.equal((await api.patch(`${path}/a`, 'merge', { metadata: { finalizers: [] } })).status, 200);
    assert.equal((await api.get(`${path}/a`)).status, 404);
  });

  test('a pod on a node stays for its grace, and goes when its kubelet says so', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/pods`;
    await api.post(path, pod('p', { nodeName: 'n', terminationGracePeriodSeconds: 7 }));
    assert.equal((await api.delete(`${path}/p`)).body.metadata.deletionGracePeriodSeconds, 7);
    assert.equal((await api.get(`${path}/p`)).status, 200);
    assert.equal(
      (await api.delete(`${path}/p`, { gracePeriodSeconds: 2 })).body.metadata.deletionGracePeriodSeconds,
      2,
    );
    await api.delete(`${path}/p`, { gracePeriodSeconds: 0 });
    assert.equal((await api.get(`${path}/p`)).status, 404);
  });

  test('a pod without a node goes at once', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/pods`;
    await api.post(path, pod('p'));
    await api.delete(`${path}/p`);
    assert.equal((await api.get(`${path}/p`)).status, 404);
  });

  const family = async (metadata: object = {}) => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/configmaps`;
    const { body: owner } = await api.post(path, configMap('owner'));
    const reference = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'owner',
      uid: owner.metadata.uid,
      blockOwnerDeletion: true,
    };
    await api.post(path, configMap('child', {}, { ownerReferences: [reference], ...metadata }));
    return { api, path, reference };
  };

  test('what an object owns goes with it', async () => {
    const { api, path } = await family();
    await api.delete(`${path}/owner`);
    await until('child', () => api.get(`${path}/child`), isGone);
  });

  test('a deletion in the foreground waits for what blocks it', async () => {
    const { api, path } = await family({ finalizers: ['example.com/hold'] });
    await api.delete(`${path}/owner`, { propagationPolicy: 'Foreground' });
    await until(
      'child marked',
      () => api.get(`${path}/child`),
      ({ body }) => body.metadata.deletionTimestamp !== undefined,
    );
    assert.deepEqual((await api.get(`${path}/owner`)).body.metadata.finalizers, ['foregroundDeletion']);
    await api.patch(`${path}/child`, 'merge', { metadata: { finalizers: [] } });
    await until('owner', () => api.get(`${path}/owner`), isGone);
    assert.equal((await api.get(`${path}/child`)).status, 404);
  });

  test('orphans stay, and forget their owner', async () => {
    const { api, path } = await family();
    await api.delete(`${path}/owner`, { propagationPolicy: 'Orphan' });
    await until('owner', () => api.get(`${path}/owner`), isGone);
    const { status, body } = await api.get(`${path}/child`);
    assert.deepEqual([status, body.metadata.ownerReferences ?? []], [200, []]);
    assert.equal((await api.delete(`${path}/child`, { propagationPolicy: 'Perhaps' })).status, 422);
  });

  test('one of two owners is enough', async () => {
    const { api, path, reference } = await family();
    const { body: other } = await api.post(path, configMap('other'));
    const second = { ...reference, name: 'other', uid: other.metadata.uid };
    await api.patch(`${path}/child`, 'merge', { metadata: { ownerReferences: [reference, second] } });
    await api.delete(`${path}/owner`, { propagationPolicy: 'Foreground' });
    await until('owner', () => api.get(`${path}/owner`), isGone);
    assert.equal((await api.get(`${path}/child`)).status, 200);
    await api.delete(`${path}/other`);
    await until('child', () => api.get(`${path}/child`), isGone);
  });

  test('an owner in another namespace is none', async () => {
    const { api, namespace } = stage();
    const [here, there] = [await namespace(), await namespace()];
    const { body: owner } = await api.post(`/api/v1/namespaces/${there}/configmaps`, configMap('owner'));
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid }];
    const path = `/api/v1/namespaces/${here}/configmaps`;
    await api.post(path, configMap('child', {}, { ownerReferences }));
    await until('child', () => api.get(`${path}/child`), isGone);
  });

  test('an owner of a kind that is not served here may well be somewhere', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/configmaps`;
    const ownerReferences = [{ apiVersion: 'example.com/v1', kind: 'Elsewhere', name: 'o', uid: 'u' }];
    await api.post(path, configMap('child', {}, { ownerReferences }));
    await api.post(path, configMap('later'));
    assert.equal((await api.get(`${path}/child`)).status, 200);
  });

  test('a namespace goes with all that is in it, and takes nothing new meanwhile', async () => {
    const { api, namespace } = stage();
    const name = await namespace();
    const path = `/api/v1/namespaces/${name}`;
    for (const one of ['a', 'b', 'c']) await api.post(`${path}/configmaps`, configMap(one));
    await api.post(`${path}/configmaps`, configMap('held', {}, { finalizers: ['example.com/hold'] }));
    const { body } = await api.delete(path);
    assert.equal(body.status.phase, 'Terminating');
    const late = await api.post(`${path}/configmaps`, configMap('late'));
    assert.deepEqual([late.status, late.body.reason], [403, 'Forbidden']);
    assert.equal(
      late.body.message,
      `configmaps "late" is forbidden: unable to create new content in namespace ${name} because it is being terminated`,
    );
    const [cause] = late.body.details.causes;
    assert.deepEqual([cause.reason, cause.field], ['NamespaceTerminating', 'metadata.namespace']);
    await until(
      'emptied',
      () => api.get(`${path}/configmaps`),
      ({ body: list }) => list.items.length === 1,
    );
    await api.patch(path, 'merge', { metadata: { labels: { still: 'here' } } });
    const told = await until(
      'conditions',
      () => api.get(path),
      ({ body: { status } }) => status.conditions?.some((one: Body) => one.reason === 'SomeFinalizersRemain'),
    );
    const text = (type: string) => told.body.status.conditions.find((one: Body) => one.type === type)?.message;
    assert.equal(
      text('NamespaceFinalizersRemaining'),
      'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    );
    assert.equal(
      text('NamespaceContentRemaining'),
      'Some resources are remaining: configmaps. has 1 resource instances',
    );
    await api.patch(`${path}/configmaps/held`, 'merge', { metadata: { finalizers: [] } });
    await until('namespace', () => api.get(path), isGone);
  });

  test('a namespace that cannot be emptied goes when its own finalizer is taken away', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}`;
    await api.post(`${path}/configmaps`, configMap('held', {}, { finalizers: ['example.com/hold'] }));
    const { body } = await api.delete(path);
    assert.deepEqual(body.spec.finalizers, ['kubernetes']);
    await api.patch(path, 'merge', { spec: { finalizers: [] } });
    assert.deepEqual((await api.get(path)).body.spec.finalizers, ['kubernetes']);
    const answer = await api.put(`${path}/finalize`, {
      ...body,
      metadata: { name: body.metadata.name },
      spec: { finalizers: [] },
    });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    await until('namespace', () => api.get(path), isGone);
  });

  test('a finalizer on a namespace keeps it after it has been emptied', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}`;
    await api.patch(path, 'merge', { metadata: { finalizers: ['example.com/hold'] } });
    await api.post(`${path}/configmaps`, configMap('a'));
    await api.delete(path);
    await until('emptied', () => api.get(`${path}/configmaps/a`), isGone);
    assert.equal((await api.get(path)).status, 200);
    await api.patch(path, 'merge', { metadata: { finalizers: [] } });
    await until('namespace', () => api.get(path), isGone);
  });

  test('namespaces that everything stands on cannot be deleted', async () => {
    const { api } = stage();
    for (const name of ['default', 'kube-system'])
      assert.equal((await api.delete(`/api/v1/namespaces/${name}`)).status, 403, name);
  });

  test('a collection is deleted by selector', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/configmaps`;
    for (const name of ['a', 'b']) await api.post(path, configMap(name, {}, { labels: { name } }));
    assert.equal((await api.call('DELETE', `${path}?labelSelector=name%3Da`)).status, 200);
    const { body } = await api.get(path);
    assert.deepEqual(
      body.items
        .map((one: { metadata: { name: string } }) => one.metadata.name)
        .filter((one: string) => one !== 'kube-root-ca.crt'),
      ['b'],
    );
    assert.equal((await api.call('DELETE', '/api/v1/configmaps')).status, 405);
  });

  test('an evicted pod is deleted', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/pods`;
    await api.post(path, pod('p'));
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } };
    assert.equal((await api.post(`${path}/p/eviction`, eviction)).status, 201);
    assert.equal((await api.get(`${path}/p`)).status, 404);
  });
}
