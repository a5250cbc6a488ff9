import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json, JsonObject } from '../json.ts';
import { AGE, buildTable } from './build-table.ts';
import { humanAge } from './human-age.ts';
import { jsonPath } from './json-path.ts';

test('ages read as kubectl writes them', () => {
  const s = 1000;
  const [m, h, d] = [60 * s, 3600 * s, 86_400 * s];
  const table: readonly (readonly [number, string])[] = [
    [-5 * s, '<invalid>'],
    [-s, '0s'],
    [0, '0s'],
    [119 * s, '119s'],
    [2 * m, '2m'],
    [3 * m + 12 * s, '3m12s'],
    [10 * m + 59 * s, '10m'],
    [179 * m, '179m'],
    [3 * h, '3h'],
    [7 * h + 5 * m, '7h5m'],
    [8 * h + 5 * m, '8h'],
    [47 * h, '47h'],
    [2 * d, '2d'],
    [2 * d + 4 * h, '2d4h'],
    [8 * d + 4 * h, '8d'],
    [729 * d, '729d'],
    [730 * d, '2y'],
    [750 * d, '2y20d'],
    [8 * 365 * d + d, '8y'],
    [Number.NaN, '<unknown>'],
  ];
  for (const [ms, text] of table) assert.equal(humanAge(ms), text);
});

const object: Json = {
  metadata: { name: 'a', labels: { 'app.kubernetes.io/name': 'x' } },
  spec: { ports: [{ port: 80, name: 'http' }, { port: 443 }], count: 0 },
  status: {
    conditions: [
      { type: 'Ready', status: 'True', n: 1 },
      { type: 'Odd', status: 'False', n: 5 },
    ],
  },
};

test('paths of printer columns find what they name', () => {
  const table: readonly (readonly [string, readonly Json[]])[] = [
    ['.metadata.name', ['a']],
    ['{.metadata.name}', ['a']],
    ['$.metadata.name', ['a']],
    ['metadata.name', ['a']],
    ['.metadata.labels.app\\.kubernetes\\.io/name', ['x']],
    [".metadata.labels['app.kubernetes.io/name']", ['x']],
    ['.spec.ports[*].port', [80, 443]],
    ['.spec.ports[0].port', [80]],
    ['.spec.ports[-1].port', [443]],
    ['.spec.ports[0:1].port', [80]],
    ['.spec.ports[5].port', []],
    ['.spec.count', [0]],
    ['.spec.none.deeper', []],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    [".status.conditions[?(@.type == 'Odd')].status", ['False']],
    ['.status.conditions[?(@.n > 2)].type', ['Odd']],
    ['.spec.ports[?(@.name)].port', [80]],
    ['..port', [80, 443]],
    ['.__proto__', []],
  ];
  for (const [expression, found] of table) {
    const path = jsonPath(expression);
    assert.ok(path.ok, expression);
    assert.deepEqual(path.value(object), found, expression);
  }
  for (const bad of ['.a[', '.a[?(@.b==)]', '.a[x]', '.a..', '{.a']) assert.ok(!jsonPath(bad).ok, bad);
});

const item = {
  apiVersion: 'x/v1',
  kind: 'Thing',
  metadata: { name: 'a', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { size: 3, tags: ['a', 'b'], on: true },
};

const columns = [
  { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
  { name: 'Tags', type: 'string', jsonPath: '.spec.tags', priority: 1 },
  { name: 'On', type: 'boolean', jsonPath: '.spec.on' },
  { name: 'None', type: 'string', jsonPath: '.status.none' },
  { name: 'Twice', type: 'string', value: ({ metadata }: { metadata: { name: string } }) => metadata.name.repeat(2) },
  AGE,
];

test('a table has the name first, typed cells, and an age', () => {
  const table = buildTable({
    columns,
    items: [item],
    now: Date.parse('2026-01-01T00:03:12Z'),
    metadata: { resourceVersion: '7' },
  });
  assert.deepEqual(table.rows, [
    {
      cells: ['a', 3, '["a","b"]', true, null, 'aa', '3m12s'],
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: item.metadata },
    },
  ]);
  assert.deepEqual(
    (table.columnDefinitions as JsonObject[]).map((c) => [c.name, c.priority, c.format]),
    [
      ['Name', 0, 'name'],
      ['Size', 0, ''],
      ['Tags', 1, ''],
      ['On', 0, ''],
      ['None', 0, ''],
      ['Twice', 0, ''],
      ['Age', 0, ''],
    ],
  );
  assert.deepEqual(table.metadata, { resourceVersion: '7' });
});

test('rows carry the object as it is asked for', () => {
  const row = (includeObject: 'None' | 'Object') =>
    (buildTable({ columns, items: [item], now: 0, includeObject }).rows as JsonObject[])[0];
  assert.equal(Object.hasOwn(row('None') ?? {}, 'object'), false);
  assert.deepEqual(row('Object')?.object, item);
});
