import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMap, deployment, pod } from './objects.ts';
import type { Stage } from './suite.ts';

export function writeCases(stage: () => Stage): void {
  test('a created object gets uid, revision and time, and comes back as it was sent', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/configmaps`;
    const made = await api.post(path, configMap('a', { x: '1' }));
    assert.equal(made.status, 201);
    const { uid, resourceVersion, creationTimestamp } = made.body.metadata;
    assert.match(uid, /^[0-9a-f-]{36}$/);
    assert.match(resourceVersion, /^\d+$/);
    assert.match(creationTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual(made.body.data, { x: '1' });
    const { status, body } = await api.get(`${path}/a`);
    assert.deepEqual([status, body], [200, made.body]);
  });

  test('a name that is taken is 409 AlreadyExists, in a dry run too', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/configmaps`;
    await api.post(path, configMap('a'));
    for (const query of ['', '?dryRun=All']) {
      const { status, body } = await api.post(path + query, configMap('a'));
      assert.deepEqual([status, body.kind, body.reason], [409, 'Status', 'AlreadyExists']);
    }
  });

  test('generateName makes a name', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/configmaps`;
    const { body } = await api.post(path, { metadata: { generateName: 'x-' } });
    assert.match(body.metadata.name, /^x-[a-z0-9]{5}$/);
  });

  test('names and labels that Kubernetes does not allow are 422, with the field', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/configmaps`;
    const cases: [object, string][] = [
      [configMap('A_b'), 'metadata.name'],
      [configMap('a', {}, { labels: { ok: '-no' } }), 'metadata.labels'],
      [configMap('a', {}, { labels: { 'a b': 'x' } }), 'metadata.labels'],
      [{ metadata: {} }, 'metadata.name'],
    ];
    for (const [object, field] of cases) {
      const { status, body } = await api.post(path, object);
      assert.deepEqual([status, body.reason], [422, 'Invalid']);
      assert.ok(
        body.details.causes.some((cause: { field: string }) => cause.field.startsWith(field)),
        JSON.stringify(body),
      );
    }
  });

  test('an update of what has changed meanwhile is 409 Conflict, one without a revision wins', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/configmaps`;
    const { body: first } = await api.post(path, configMap('a', { x: '1' }));
    assert.equal((await api.put(`${path}/a`, { ...first, data: { x: '2' } })).status, 200);
    const stale = await api.put(`${path}/a`, { ...first, data: { x: '3' } });
    assert.deepEqual([stale.status, stale.body.reason], [409, 'Conflict']);
    assert.equal((await api.put(`${path}/a`, configMap('a', { x: '4' }))).body.data.x, '4');
  });

  test('an update that changes nothing keeps the revision', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/configmaps`;
    const { body } = await api.post(path, configMap('a', { x: '1' }));
    const again = await api.put(`${path}/a`, body);
    assert.equal(again.body.metadata.resourceVersion, body.metadata.resourceVersion);
  });

  test('uid, creation time and name cannot be changed', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/configmaps`;
    const { body } = await api.post(path, configMap('a'));
    const other = { ...body, metadata: { ...body.metadata, uid: 'other' } };
    assert.equal((await api.put(`${path}/a`, other)).status, 409);
    assert.equal((await api.put(`${path}/a`, configMap('b'))).status, 400);
    const { body: later } = await api.put(
      `${path}/a`,
      configMap('a', { x: '1' }, { creationTimestamp: '2001-01-01T00:00:00Z' }),
    );
    assert.equal(later.metadata.creationTimestamp, body.metadata.creationTimestamp);
  });

  test('the generation counts changes of the spec, and of nothing else', async () => {
    const { api, namespace } = stage();
    const path = `/apis/apps/v1/namespaces/${await namespace()}/deployments`;
    const generation = (answer: { body: { metadata: { generation: number } } }) => answer.body.metadata.generation;
    assert.equal(generation(await api.post(path, deployment('d'))), 1);
    assert.equal(generation(await api.patch(`${path}/d`, 'merge', { metadata: { labels: { a: 'b' } } })), 1);
    assert.equal(generation(await api.patch(`${path}/d`, 'merge', { spec: { replicas: 2 } })), 2);
    assert.equal(generation(await api.patch(`${path}/d/status`, 'merge', { status: { replicas: 2 } })), 2);
  });

  test('status is written by its own path only, and only status there', async () => {
    const { api, namespace } = stage();
    const path = `/apis/apps/v1/namespaces/${await namespace()}/deployments`;
    const made = await api.post(path, { ...deployment('d', 3), status: { replicas: 9 } });
    assert.notEqual(made.body.status?.replicas, 9);
    const status = await api.put(`${path}/d/status`, {
      ...made.body,
      spec: { ...made.body.spec, replicas: 7 },
      status: { replicas: 3 },
    });
    assert.deepEqual([status.body.spec.replicas, status.body.status.replicas], [3, 3]);
    const spec = await api.patch(`${path}/d`, 'merge', { spec: { replicas: 4 }, status: { replicas: 0 } });
    assert.deepEqual([spec.body.spec.replicas, spec.body.status.replicas], [4, 3]);
  });

  test('scale reads and writes replicas, by PUT and by patches', async () => {
    const { api, namespace } = stage();
    const path = `/apis/apps/v1/namespaces/${await namespace()}/deployments`;
    await api.post(path, deployment('d', 3));
    const { body: scale } = await api.get(`${path}/d/scale`);
    assert.deepEqual([scale.kind, scale.spec.replicas, scale.status.selector], ['Scale', 3, 'app=d']);
    assert.equal((await api.put(`${path}/d/scale`, { ...scale, spec: { replicas: 5 } })).body.spec.replicas, 5);
    assert.equal((await api.put(`${path}/d/scale`, { ...scale, spec: { replicas: 6 } })).status, 409);
    assert.equal((await api.patch(`${path}/d/scale`, 'merge', { spec: { replicas: 2 } })).body.spec.replicas, 2);
    assert.equal((await api.patch(`${path}/d/scale`, 'merge', { metadata: {} })).body.spec.replicas, 2);
    const replace = [{ op: 'replace', path: '/spec/replicas', value: 1 }];
    assert.equal((await api.patch(`${path}/d/scale`, 'json', replace)).body.spec.replicas, 1);
    assert.equal((await api.patch(`${path}/d/scale`, 'merge', { spec: { replicas: -1 } })).status, 422);
    assert.equal((await api.get(`${path}/d`)).body.spec.replicas, 1);
  });

  test('a dry run answers as if, and changes nothing', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/configmaps`;
    assert.equal((await api.post(`${path}?dryRun=All`, configMap('a'))).status, 201);
    assert.equal((await api.get(`${path}/a`)).status, 404);
    await api.post(path, configMap('a', { x: '1' }));
    assert.equal((await api.patch(`${path}/a?dryRun=All`, 'merge', { data: { x: '2' } })).body.data.x, '2');
    assert.equal((await api.call('DELETE', `${path}/a?dryRun=All`)).status, 200);
    assert.equal((await api.get(`${path}/a`)).body.data.x, '1');
    assert.equal((await api.post(`${path}?dryRun=Some`, configMap('b'))).status, 422);
  });

  test('an unknown field is refused, warned about or dropped, as asked', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/configmaps`;
    const odd = { ...configMap('a'), dada: { x: '1' } };
    const strict = await api.post(`${path}?fieldValidation=Strict`, odd);
    assert.equal(strict.status, 400);
    assert.match(strict.body.message, /strict decoding error: unknown field "dada"/);
    const warned = await api.post(`${path}?fieldValidation=Warn`, odd);
    assert.deepEqual([warned.status, 'dada' in warned.body], [201, false]);
    assert.match(String(warned.headers.warning), /^299 - "unknown field \\"dada\\""/);
    const ignored = await api.put(`${path}/a?fieldValidation=Ignore`, odd);
    assert.deepEqual([ignored.status, ignored.headers.warning], [200, undefined]);
  });

  test('a warning about any name is a header that can be sent', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/configmaps`;
    const { status, headers } = await api.post(path, {
      ...configMap('a'),
      'ключ\r\n"\\': 1,
      [`x${'y'.repeat(5000)}`]: 2,
    });
    assert.equal(status, 201);
    assert.match(String(headers.warning), /unknown field/);
  });

  test('a wrong type is 422 with the path of the field', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/pods`;
    const { status, body } = await api.post(path, pod('p', { terminationGracePeriodSeconds: 'soon' }));
    assert.ok(status === 422 || status === 400, String(status));
    assert.match(JSON.stringify(body), /terminationGracePeriodSeconds/);
  });

  test('a pod gets the defaults that kubelets and kubectl count on', async () => {
    const { api, namespace } = stage();
    const { body } = await api.post(`/api/v1/namespaces/${await namespace()}/pods`, pod('p'));
    const { restartPolicy, dnsPolicy, terminationGracePeriodSeconds, containers } = body.spec;
    assert.deepEqual([restartPolicy, dnsPolicy, terminationGracePeriodSeconds], ['Always', 'ClusterFirst', 30]);
    assert.deepEqual(containers[0].ports, [{ containerPort: 80, protocol: 'TCP' }]);
    assert.equal(body.status.phase, 'Pending');
  });

  test('nothing can be made in a namespace that is not there', async () => {
    const { api } = stage();
    const { status, body } = await api.post('/api/v1/namespaces/nowhere/configmaps', configMap('a'));
    assert.deepEqual([status, body.details.kind], [404, 'namespaces']);
  });
}
