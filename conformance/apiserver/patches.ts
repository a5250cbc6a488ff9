import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body } from './api.ts';
import { configMap, deployment, pod } from './objects.ts';
import type { Stage } from './suite.ts';

export function patchCases(stage: () => Stage): void {
  const fresh = async (object: Body, plural: string, root = '/api/v1') => {
    const { api, namespace } = stage();
    const path = `${root}/namespaces/${await namespace()}/${plural}`;
    assert.equal((await api.post(path, object)).status, 201);
    return { api, path: `${path}/${object.metadata.name}`, collection: path };
  };

  test('a JSON patch tests, adds, replaces and removes; a failed test is 422', async () => {
    const { api, path } = await fresh(configMap('a', { x: '1', y: '1' }), 'configmaps');
    const patch = [
      { op: 'test', path: '/data/x', value: '1' },
      { op: 'replace', path: '/data/x', value: '2' },
      { op: 'add', path: '/data/z', value: '3' },
      { op: 'remove', path: '/data/y' },
    ];
    assert.deepEqual((await api.patch(path, 'json', patch)).body.data, { x: '2', z: '3' });
    assert.equal((await api.patch(path, 'json', patch)).status, 422);
  });

  test('a merge patch sets, and removes with null', async () => {
    const { api, path } = await fresh(configMap('a', { x: '1', y: '1' }), 'configmaps');
    assert.deepEqual((await api.patch(path, 'merge', { data: { x: null, z: '2' } })).body.data, { y: '1', z: '2' });
  });

  test('a strategic patch merges lists by their key and deletes by directive', async () => {
    const { api, path } = await fresh(deployment('d'), 'deployments', '/apis/apps/v1');
    const containers = (list: object[]) => ({ spec: { template: { spec: { containers: list } } } });
    const added = await api.patch(path, 'strategic', containers([{ name: 'side', image: 'x' }]));
    assert.deepEqual(names(added.body).toSorted(), ['main', 'side']);
    const one = await api.patch(path, 'strategic', containers([{ name: 'side', $patch: 'delete' }]));
    assert.deepEqual(names(one.body), ['main']);
  });

  test('a patch that names an old revision is 409', async () => {
    const { api, path } = await fresh(configMap('a', { x: '1' }), 'configmaps');
    const { body } = await api.get(path);
    await api.patch(path, 'merge', { data: { x: '2' } });
    const stale = { metadata: { resourceVersion: body.metadata.resourceVersion }, data: { x: '3' } };
    assert.equal((await api.patch(path, 'merge', stale)).status, 409);
  });

  test('a patch of another type is 415', async () => {
    const { api, path } = await fresh(configMap('a'), 'configmaps');
    const { status, body } = await api.call('PATCH', path, {}, { type: 'application/json' });
    assert.deepEqual([status, body.reason], [415, 'UnsupportedMediaType']);
  });

  test('server-side apply creates, and owns what it says', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/configmaps/a`;
    const made = await api.patch(`${path}?fieldManager=one`, 'apply', configMap('a', { x: '1' }));
    assert.equal(made.status, 201);
    const [entry] = made.body.metadata.managedFields;
    assert.deepEqual([entry.manager, entry.operation], ['one', 'Apply']);
    assert.ok('f:x' in entry.fieldsV1['f:data']);
    const again = await api.patch(`${path}?fieldManager=one`, 'apply', configMap('a', { x: '1' }));
    assert.deepEqual([again.status, again.body.metadata.resourceVersion], [200, made.body.metadata.resourceVersion]);
  });

  test('two appliers that differ are in conflict, until one forces it', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/configmaps/a`;
    await api.patch(`${path}?fieldManager=one`, 'apply', configMap('a', { x: '1', y: '1' }));
    const refused = await api.patch(`${path}?fieldManager=two`, 'apply', configMap('a', { x: '2' }));
    assert.equal(refused.status, 409);
    assert.match(refused.body.message, /conflict with "one"/);
    assert.equal(refused.body.details.causes[0].field, '.data.x');
    const forced = await api.patch(`${path}?fieldManager=two&force=true`, 'apply', configMap('a', { x: '2' }));
    assert.deepEqual(forced.body.data, { x: '2', y: '1' });
    const shared = await api.patch(`${path}?fieldManager=one`, 'apply', configMap('a', { y: '1' }));
    assert.deepEqual([shared.status, shared.body.data], [200, { x: '2', y: '1' }]);
  });

  test('what an applier no longer says is removed, unless somebody else owns it too', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/configmaps/a`;
    await api.patch(`${path}?fieldManager=one`, 'apply', configMap('a', { x: '1', y: '1', z: '1' }));
    await api.patch(`${path}?fieldManager=two`, 'apply', configMap('a', { y: '1' }));
    const { body } = await api.patch(`${path}?fieldManager=one`, 'apply', configMap('a', { z: '1' }));
    assert.deepEqual(body.data, { y: '1', z: '1' });
  });

  test('an applier needs a name, and may send YAML', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/configmaps/a`;
    assert.equal((await api.patch(path, 'apply', configMap('a'))).status, 400);
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  x: "1"\n';
    const { status, body } = await api.patch(`${path}?fieldManager=one`, 'apply', yaml);
    assert.deepEqual([status, body.data], [201, { x: '1' }]);
  });

  test('a patch that leaves an invalid object is 422 and changes nothing', async () => {
    const { api, path } = await fresh(pod('p'), 'pods');
    const { body: before } = await api.get(path);
    assert.equal((await api.patch(path, 'merge', { spec: { restartPolicy: 'Perhaps' } })).status, 422);
    assert.deepEqual((await api.get(path)).body, before);
  });

  test('a patch as deep as it is hostile is 400', async () => {
    const { api, path } = await fresh(configMap('a'), 'configmaps');
    const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    for (const type of ['merge', 'strategic', 'apply', 'json'] as const)
      assert.equal((await api.patch(`${path}?fieldManager=x`, type, deep)).status, 400, type);
  });
}

function names(deployment: Body): string[] {
  return deployment.spec.template.spec.containers.map(({ name }: { name: string }) => name);
}
