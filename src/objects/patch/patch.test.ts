import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clone } from '../equal.ts';
import type { Json, JsonObject } from '../json.ts';
import { problemText, type Result } from '../problem.ts';
import { anyJson } from '../schema/schema.arbitrary.ts';
import type { Schema } from '../schema/schema.ts';
import { applyJsonPatch } from './json-patch.ts';
import { applyMergePatch } from './merge-patch.ts';
import { applyStrategicPatch } from './strategic-patch.ts';

function valueOf<T>(result: Result<T>): T {
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

function refusal<T>(result: Result<T>): string {
  assert.ok(!result.ok);
  return result.problems.map(problemText).join('; ');
}

test('a JSON patch adds, replaces, removes, moves, copies and tests', () => {
  const document = { spec: { list: ['a', 'b'], 'odd/name~': 1 } };
  const before = clone(document);
  const after = applyJsonPatch(document, [
    { op: 'test', path: '/spec/list/0', value: 'a' },
    { op: 'add', path: '/spec/list/-', value: 'c' },
    { op: 'add', path: '/spec/list/1', value: 'x' },
    { op: 'replace', path: '/spec/list/0', value: 'A' },
    { op: 'copy', from: '/spec/list', path: '/spec/again' },
    { op: 'move', from: '/spec/odd~1name~0', path: '/moved' },
    { op: 'remove', path: '/spec/list/3' },
  ]);
  assert.deepEqual(valueOf(after), { spec: { list: ['A', 'x', 'b'], again: ['A', 'x', 'b', 'c'] }, moved: 1 });
  assert.deepEqual(document, before);
});

test('a JSON patch that does not fit is refused, and says which operation', () => {
  const spec = { spec: { a: 1 } };
  assert.match(
    refusal(applyJsonPatch(spec, [{ op: 'test', path: '/spec/a', value: 2 }])),
    /operation 0 \(test "\/spec\/a"\)/,
  );
  assert.match(refusal(applyJsonPatch(spec, [{ op: 'remove', path: '/spec/b' }])), /operation 0/);
  assert.match(refusal(applyJsonPatch(spec, [{ op: 'burn', path: '/spec' }])), /operation 0/);
  assert.match(refusal(applyJsonPatch(spec, { op: 'remove' })), /list of operations/);
  assert.match(refusal(applyJsonPatch(spec, [{ op: 'remove' }])), /"op" and a "path"/);
});

test('a JSON patch can neither reach a prototype nor grow without end', () => {
  refusal(applyJsonPatch({}, [{ op: 'add', path: '/__proto__/polluted', value: true }]));
  refusal(applyJsonPatch({}, [{ op: 'add', path: '/constructor/prototype/polluted', value: true }]));
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
  const double = { op: 'copy', from: '/a', path: '/a/-' };
  assert.match(
    refusal(
      applyJsonPatch(
        { a: ['xxxx'] },
        Array.from({ length: 40 }, () => double),
      ),
    ),
    /too large/,
  );
});

test('a merge patch does what the table of RFC 7386 says', () => {
  const table: readonly (readonly [Json, Json, Json])[] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [['a'], { a: 'b' }, { a: 'b' }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  for (const [target, patch, result] of table) assert.deepEqual(applyMergePatch(target, patch), result);
});

test('merging twice is merging once, nothing changes nothing, and __proto__ is a key like others', () => {
  fc.assert(
    fc.property(anyJson, anyJson, (target, patch) => {
      const input = clone(target);
      const once = applyMergePatch(target, patch);
      assert.deepEqual(applyMergePatch(once, patch), once);
      assert.deepEqual(target, input);
      if (typeof target === 'object' && target && !Array.isArray(target))
        assert.deepEqual(applyMergePatch(target, {}), target);
    }),
  );
  const hostile: Json = JSON.parse('{"__proto__":{"polluted":1}}');
  assert.equal(JSON.stringify(applyMergePatch({}, hostile)), '{"__proto__":{"polluted":1}}');
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
});

const container: Schema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    image: { type: 'string' },
    args: { type: 'array', items: { type: 'string' } },
    env: {
      type: 'array',
      items: { type: 'object' },
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'name',
    },
  },
};
const definitions: Record<string, Schema> = { container };
const schema: Schema = {
  type: 'object',
  properties: {
    finalizers: { type: 'array', items: { type: 'string' }, 'x-kubernetes-patch-strategy': 'merge' },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    strategy: { type: 'object', 'x-kubernetes-patch-strategy': 'retainKeys', properties: { type: { type: 'string' } } },
    config: { type: 'object', 'x-kubernetes-patch-strategy': 'replace' },
    containers: {
      type: 'array',
      items: { $ref: 'container' },
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'name',
    },
  },
};
const strategic = (document: JsonObject, patch: JsonObject) =>
  applyStrategicPatch(document, patch, schema, (ref) => definitions[ref]);
const patched = (document: JsonObject, patch: JsonObject) => valueOf(strategic(document, patch));

test('a strategic patch merges list items by their key, deeply, and replaces other lists', () => {
  const document = {
    containers: [
      {
        name: 'web',
        image: 'a:1',
        args: ['x'],
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
      },
      { name: 'side', image: 'b:1' },
    ],
  };
  const patch = {
    containers: [
      { name: 'web', args: ['y'], env: [{ name: 'B', value: '3' }] },
      { name: 'new', image: 'c:1' },
    ],
  };
  assert.deepEqual(patched(document, patch), {
    containers: [
      {
        name: 'web',
        image: 'a:1',
        args: ['y'],
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '3' },
        ],
      },
      { name: 'side', image: 'b:1' },
      { name: 'new', image: 'c:1' },
    ],
  });
});

test('$patch deletes an item, empties or replaces an object, and replaces a list', () => {
  const document = { containers: [{ name: 'a' }, { name: 'b', image: 'x' }], labels: { a: '1', b: '2' } };
  assert.deepEqual(patched(document, { containers: [{ name: 'a', $patch: 'delete' }] }).containers, [
    { name: 'b', image: 'x' },
  ]);
  assert.deepEqual(patched(document, { containers: [{ name: 'c' }, { $patch: 'replace' }] }).containers, [
    { name: 'c' },
  ]);
  assert.deepEqual(patched(document, { labels: { $patch: 'replace', c: '3' } }).labels, { c: '3' });
  assert.deepEqual(patched(document, { labels: { $patch: 'delete' } }).labels, {});
  assert.match(
    refusal(strategic(document, { labels: { $patch: 'shred' } })),
    /labels.\$patch: unrecognized directive "shred"/,
  );
});

test('null removes a field', () => {
  assert.deepEqual(patched({ labels: { a: '1', b: '2' } }, { labels: { a: null } }), { labels: { b: '2' } });
  assert.deepEqual(patched({ labels: { a: '1' } }, { labels: null }), {});
  assert.deepEqual(patched({}, { labels: { a: null, b: '1' } }), { labels: { b: '1' } });
});

test('a list of scalars that merges is a union, and $deleteFromPrimitiveList takes out of it', () => {
  assert.deepEqual(patched({ finalizers: ['a', 'b'] }, { finalizers: ['c', 'a'] }).finalizers, ['a', 'b', 'c']);
  assert.deepEqual(patched({ finalizers: ['a', 'b'] }, { '$deleteFromPrimitiveList/finalizers': ['a'] }).finalizers, [
    'b',
  ]);
});

test('$setElementOrder puts items in order, those of others stay where they were', () => {
  const list = (...names: string[]) => names.map((name) => ({ name }));
  const patch = { '$setElementOrder/containers': list('c', 'new', 'a'), containers: list('new') };
  assert.deepEqual(
    patched({ containers: list('a', 'theirs', 'c') }, patch).containers,
    list('theirs', 'c', 'new', 'a'),
  );
  assert.deepEqual(
    patched({ finalizers: ['a', 'b', 'c'] }, { '$setElementOrder/finalizers': ['c', 'b', 'a'] }).finalizers,
    ['c', 'b', 'a'],
  );
});

test('$retainKeys drops the fields that it does not list', () => {
  const document = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } };
  assert.deepEqual(patched(document, { strategy: { type: 'Recreate', $retainKeys: ['type'] } }).strategy, {
    type: 'Recreate',
  });
  assert.deepEqual(patched(document, { strategy: { type: 'Recreate' } }).strategy, {
    ...document.strategy,
    type: 'Recreate',
  });
  assert.match(refusal(strategic(document, { strategy: { type: 'x', $retainKeys: [] } })), /also type/);
});

test('an item without its merge key is refused, an object with strategy replace is replaced', () => {
  assert.match(refusal(strategic({}, { containers: [{ image: 'x' }] })), /does not contain declared merge key: name/);
  assert.deepEqual(patched({ config: { a: 1 } }, { config: { b: 2 } }).config, { b: 2 });
});

test('a strategic patch of any shape is applied or refused, twice is once, and no directive is stored', () => {
  const value = fc.oneof(anyJson, fc.constantFrom<Json>('replace', 'delete', ['a'], { $patch: 'delete', name: 'a' }));
  const key = fc.constantFrom(
    'containers',
    'labels',
    'finalizers',
    '$patch',
    '$retainKeys',
    '$setElementOrder/containers',
  );
  const object = fc.dictionary(key, value, { noNullPrototype: true });
  fc.assert(
    fc.property(object, (patch) => {
      const document = { containers: [{ name: 'a' }], labels: { a: '1' }, finalizers: ['a'] };
      const once = strategic(document, patch);
      if (!once.ok) return;
      assert.doesNotMatch(JSON.stringify(once.value), /"\$(retainKeys|setElementOrder)/);
      const twice = strategic(once.value, patch);
      if (twice.ok) assert.deepEqual(twice.value, once.value);
    }),
    { numRuns: 500 },
  );
});
