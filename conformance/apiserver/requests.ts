import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Body } from './api.ts';
import { configMap, deployment, pod } from './objects.ts';
import type { Stage } from './suite.ts';

const METADATA = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json';
const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json';

/** What every request may ask for beside its verb. */
export function requestCases(stage: () => Stage): void {
  const space = async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}`;
    return { api, path, maps: `${path}/configmaps` };
  };

  test('a dry run answers as if it had been, and nothing was, whatever the verb', async () => {
    const { api, maps, path } = await space();
    await api.post(maps, configMap('a', { k: 'v' }));
    const { body: before } = await api.get(`${maps}/a`);
    const made = await api.post(`${maps}?dryRun=All`, configMap('b'));
    assert.deepEqual([made.status, typeof made.body.metadata.uid], [201, 'string']);
    const again = await api.post(`${maps}?dryRun=All`, configMap('a'));
    assert.deepEqual([again.status, again.body.reason], [409, 'AlreadyExists']);
    const put = await api.put(`${maps}/a?dryRun=All`, configMap('a', { k: 'other' }));
    assert.deepEqual([put.status, put.body.data], [200, { k: 'other' }]);
    const patched = await api.patch(`${maps}/a?dryRun=All`, 'merge', { data: { k: 'third' } });
    assert.equal(patched.body.data.k, 'third');
    const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { x: 'y' } };
    assert.equal((await api.patch(`${maps}/c?dryRun=All&fieldManager=m`, 'apply', applied)).status, 201);
    assert.equal((await api.call('DELETE', `${maps}/a?dryRun=All`)).status, 200);
    assert.equal((await api.delete(`${maps}/a`, { dryRun: ['All'] })).status, 200);
    assert.equal((await api.call('DELETE', `${maps}?dryRun=All`)).status, 200);
    await api.post(`${path}/pods`, pod('p'));
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } };
    assert.equal(
      (await api.post(`${path}/pods/p/eviction`, { ...eviction, deleteOptions: { dryRun: ['All'] } })).status,
      201,
    );
    const apps = path.replace('/api/v1', '/apis/apps/v1');
    await api.post(`${apps}/deployments`, deployment('d', 1));
    const scaled = await api.patch(`${apps}/deployments/d/scale?dryRun=All`, 'merge', { spec: { replicas: 5 } });
    assert.equal(scaled.body.spec.replicas, 5);
    assert.equal((await api.get(`${apps}/deployments/d`)).body.spec.replicas, 1);
    assert.equal((await api.get(`${path}/pods/p`)).status, 200);
    const { body: after } = await api.get(maps);
    const names = after.items
      .map((one: Body) => one.metadata.name)
      .filter((name: string) => name !== 'kube-root-ca.crt');
    assert.deepEqual(names, ['a']);
    assert.equal((await api.get(`${maps}/a`)).body.metadata.resourceVersion, before.metadata.resourceVersion);
    assert.equal((await api.post(`${maps}?dryRun=Some`, configMap('b'))).status, 422);
  });

  test('a field that is sent twice is refused, warned of, or passed over, as the client asks', async () => {
    const { api, maps } = await space();
    const text = (name: string) => `{"metadata":{"name":"${name}"},"data":{"a":"1","b":"2","a":"3"}}`;
    const send = (name: string, how: string) => api.call('POST', `${maps}?fieldValidation=${how}`, text(name));
    const strict = await send('x', 'Strict');
    assert.equal(strict.status, 400);
    assert.match(strict.body.message, /strict decoding error: duplicate field "data.a"/);
    const warned = await send('y', 'Warn');
    assert.equal(warned.status, 201);
    assert.match(String(warned.headers['warning']), /299 .*duplicate field \\"data.a\\"/);
    assert.equal(warned.body.data.a, '3');
    const quiet = await send('z', 'Ignore');
    assert.deepEqual([quiet.status, quiet.headers['warning']], [201, undefined]);
    assert.equal((await api.get(`${maps}/x`)).status, 404);
  });

  test('a name is made of what the client begins, and is the object’s own', async () => {
    const { api, maps } = await space();
    const make = (generateName: string) => api.post(maps, { metadata: { generateName } });
    const [one, two] = [await make('job-'), await make('job-')];
    assert.match(one.body.metadata.name, /^job-[a-z0-9]{5}$/);
    assert.notEqual(one.body.metadata.name, two.body.metadata.name);
    assert.equal(one.body.metadata.generateName, 'job-');
    const long = await make('a'.repeat(80));
    assert.equal(long.body.metadata.name.length, 63);
    assert.equal((await make('UPPER-')).status, 422);
    const both = await api.post(maps, { metadata: { name: 'given', generateName: 'job-' } });
    assert.equal(both.body.metadata.name, 'given');
  });

  test('metadata alone is shown of an object, of a list, and in a watch', async () => {
    const { api, maps } = await space();
    await api.post(maps, configMap('a', { k: 'v' }, { labels: { l: 'x' } }));
    const { body: one } = await api.get(`${maps}/a`, { accept: METADATA });
    assert.deepEqual([one.kind, one.apiVersion, one.data], ['PartialObjectMetadata', 'meta.k8s.io/v1', undefined]);
    assert.deepEqual(one.metadata.labels, { l: 'x' });
    const { body: list } = await api.get(`${maps}?labelSelector=l%3Dx`, { accept: METADATA_LIST });
    assert.deepEqual([list.kind, list.items.length], ['PartialObjectMetadataList', 1]);
    assert.deepEqual(Object.keys(list.items[0]).toSorted(), ['apiVersion', 'kind', 'metadata']);
    assert.ok(list.metadata.resourceVersion);
    const from = `watch=true&timeoutSeconds=5&resourceVersion=${list.metadata.resourceVersion}`;
    const watch = await api.watch(`${maps}?${from}`, { accept: METADATA });
    await api.patch(`${maps}/a`, 'merge', { data: { k: 'w' } });
    const event = await watch.next();
    assert.deepEqual(
      [event?.type, event?.object.kind, event?.object.data],
      ['MODIFIED', 'PartialObjectMetadata', undefined],
    );
    watch.stop();
  });
}
