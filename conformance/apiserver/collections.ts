import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body } from './api.ts';
import { configMap, pod } from './objects.ts';
import type { Stage } from './suite.ts';

export function collectionCases(stage: () => Stage): void {
  const filled = async (names: readonly string[]) => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/secrets`;
    for (const name of names) await api.post(path, { metadata: { name, labels: { name, kind: 'case' } } });
    return { api, path };
  };

  test('pages belong together, whatever is written between them', async () => {
    const { api, path } = await filled(['a', 'b', 'c', 'd']);
    const { body: first } = await api.get(`${path}?limit=2`);
    assert.deepEqual([namesOf(first), first.metadata.remainingItemCount], [['a', 'b'], 2]);
    await api.delete(`${path}/c`);
    const { body: second } = await api.get(`${path}?limit=2&continue=${encodeURIComponent(first.metadata.continue)}`);
    assert.deepEqual([namesOf(second), second.metadata.continue], [['c', 'd'], undefined]);
    assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
    assert.equal((await api.get(`${path}?limit=2&continue=nonsense`)).status, 400);
  });

  test('an exact revision shows the past; a match without a revision means nothing', async () => {
    const { api, path } = await filled(['a']);
    const { body: then } = await api.get(path);
    const revision = then.metadata.resourceVersion;
    await api.delete(`${path}/a`);
    const { body: exact } = await api.get(`${path}?resourceVersion=${revision}&resourceVersionMatch=Exact`);
    assert.deepEqual([namesOf(exact), exact.metadata.resourceVersion], [['a'], revision]);
    const { body: newer } = await api.get(`${path}?resourceVersion=${revision}&resourceVersionMatch=NotOlderThan`);
    assert.deepEqual(namesOf(newer), []);
    assert.equal((await api.get(`${path}?resourceVersionMatch=Exact`)).status, 422);
    assert.equal((await api.get(`${path}?resourceVersion=1&resourceVersionMatch=Roughly`)).status, 422);
    assert.equal((await api.get(`${path}?resourceVersion=soon`)).status, 400);
  });

  test('a revision that is yet to come is 504, and says that it is too large', async () => {
    const { api, path } = await filled([]);
    const { status, body } = await api.get(`${path}?resourceVersion=900000000`);
    assert.deepEqual([status, body.details.causes[0].reason], [504, 'ResourceVersionTooLarge']);
  });

  test('label selectors select', async () => {
    const { api, path } = await filled(['a', 'b', 'c']);
    const cases: [string, string[]][] = [
      ['name=a', ['a']],
      ['name in (a,b)', ['a', 'b']],
      ['name!=a', ['b', 'c']],
      ['!name', []],
      ['kind,name notin (a)', ['b', 'c']],
    ];
    for (const [selector, expected] of cases) {
      const { body } = await api.get(`${path}?labelSelector=${encodeURIComponent(selector)}`);
      assert.deepEqual(
        namesOf(body).filter((name) => name.length === 1),
        expected,
        selector,
      );
    }
    assert.equal((await api.get(`${path}?labelSelector=${encodeURIComponent('a in (')}`)).status, 400);
  });

  test('field selectors select', async () => {
    const { api, namespace } = stage();
    const path = `/api/v1/namespaces/${await namespace()}/pods`;
    await api.post(path, pod('p', { nodeName: 'n' }));
    await api.post(path, pod('q'));
    assert.deepEqual(namesOf((await api.get(`${path}?fieldSelector=spec.nodeName%3Dn`)).body), ['p']);
    assert.deepEqual(namesOf((await api.get(`${path}?fieldSelector=metadata.name!%3Dp`)).body), ['q']);
  });

  test('a list over all namespaces has those of each', async () => {
    const { api, namespace } = stage();
    const spaces = [await namespace(), await namespace()];
    for (const space of spaces) await api.post(`/api/v1/namespaces/${space}/configmaps`, configMap('everywhere'));
    const { body } = await api.get('/api/v1/configmaps?fieldSelector=metadata.name%3Deverywhere');
    assert.deepEqual(
      body.items.map((one: Body) => one.metadata.namespace),
      spaces.toSorted(),
    );
    assert.equal((await api.post('/api/v1/configmaps', configMap('nowhere'))).status, 405);
  });

  test('a Table has columns and a row for each object', async () => {
    const { api, path } = await filled(['a', 'b']);
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const { body } = await api.get(path, { accept });
    assert.deepEqual([body.kind, body.apiVersion], ['Table', 'meta.k8s.io/v1']);
    assert.deepEqual(
      body.columnDefinitions.map((column: Body) => column.name),
      ['Name', 'Type', 'Data', 'Age'],
    );
    assert.deepEqual(
      body.rows.map((row: Body) => row.cells.slice(0, 3)),
      [
        ['a', 'Opaque', 0],
        ['b', 'Opaque', 0],
      ],
    );
    assert.equal(body.rows[0].object.kind, 'PartialObjectMetadata');
    const { body: one } = await api.get(`${path}/a`, { accept });
    assert.equal(one.rows.length, 1);
  });
}

function namesOf(list: Body): string[] {
  return list.items.map((item: Body) => item.metadata.name);
}
