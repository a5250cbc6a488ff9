import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { problemText } from '../problem.ts';
import { checkStructural } from './check-structural.ts';
import { anySchema } from './schema.arbitrary.ts';
import type { Schema } from './schema.ts';

const withSpec = (spec: Schema): Schema => ({ type: 'object', properties: { spec } });
const problemsOf = (schema: Schema) => checkStructural(schema, 's').map(problemText);

test('a structural schema passes', () => {
  const schema = withSpec({
    type: 'object',
    properties: {
      size: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
      raw: { 'x-kubernetes-preserve-unknown-fields': true },
      labels: { type: 'object', additionalProperties: { type: 'string' } },
      ports: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['port'],
        items: { type: 'object', required: ['port'], properties: { port: { type: 'integer', default: 80 } } },
      },
    },
    oneOf: [{ required: ['size'] }, { required: ['raw'], properties: { ports: { minItems: 1 } } }],
  });
  assert.deepEqual(problemsOf(schema), []);
});

test('every field says its type', () => {
  assert.deepEqual(problemsOf({ properties: {} }), ['s.type: Invalid value: "": must be object at the root']);
  assert.deepEqual(problemsOf(withSpec({ properties: {} })), [
    's.properties[spec].type: Required value: must not be empty for specified object fields',
  ]);
  assert.deepEqual(problemsOf(withSpec({ type: 'array', items: {} })), [
    's.properties[spec].items.type: Required value: must not be empty for specified array items',
  ]);
  assert.equal(
    problemsOf(withSpec({ type: 'text' }))[0]?.startsWith('s.properties[spec].type: Unsupported value: "text"'),
    true,
  );
});

test('what Kubernetes does not allow is refused', () => {
  const paths = (spec: Schema) =>
    checkStructural(withSpec(spec), 's').map((p) => p.path.replace('s.properties[spec]', ''));
  assert.deepEqual(paths({ $ref: '#/x', type: 'object' }), ['.$ref']);
  assert.deepEqual(paths({ type: 'array', uniqueItems: true, items: { type: 'string' } }), ['.uniqueItems']);
  assert.deepEqual(paths({ type: 'object', properties: {}, additionalProperties: { type: 'string' } }), [
    '.additionalProperties',
  ]);
  assert.deepEqual(paths({ type: 'array' }), ['.items']);
  assert.deepEqual(paths({ type: 'string', pattern: '(' }), ['.pattern']);
  assert.deepEqual(paths({ type: 'object', 'x-kubernetes-preserve-unknown-fields': false }), [
    '.x-kubernetes-preserve-unknown-fields',
  ]);
  assert.deepEqual(paths({ type: 'object', 'x-kubernetes-embedded-resource': true }), ['.properties']);
  assert.deepEqual(paths({ type: 'object', anyOf: [{ type: 'object' }] }), ['.anyOf[0].type']);
  assert.deepEqual(paths({ type: 'object', anyOf: [{ properties: { x: { minimum: 1 } } }] }), ['.properties[x]']);
});

test('the keys of a map list are fields that are always there', () => {
  const list = (items: Schema): Schema => ({
    type: 'array',
    items,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
  });
  assert.equal(
    checkStructural(withSpec(list({ type: 'object', properties: { name: { type: 'string' } } })))[0]?.reason,
    'FieldValueRequired',
  );
  assert.equal(checkStructural(withSpec(list({ type: 'object' })))[0]?.reason, 'FieldValueInvalid');
  assert.deepEqual(
    checkStructural(withSpec(list({ type: 'object', required: ['name'], properties: { name: { type: 'string' } } }))),
    [],
  );
});

test('a default is a value that the schema itself would accept', () => {
  assert.equal(checkStructural(withSpec({ type: 'integer', default: 'x' }))[0]?.path, '.properties[spec].default');
  assert.equal(checkStructural(withSpec({ type: 'object', default: { x: 1 } }))[0]?.path, '.properties[spec].default');
});

test('metadata may bound its name only', () => {
  const metadata = (field: string): Schema => ({
    type: 'object',
    properties: { metadata: { type: 'object', properties: { [field]: { type: 'string' } } } },
  });
  assert.deepEqual(problemsOf(metadata('name')), []);
  assert.equal(problemsOf(metadata('labels')).length, 1);
});

const words = fc.constantFrom(
  'type',
  'properties',
  'items',
  'additionalProperties',
  'required',
  'enum',
  'default',
  'pattern',
  'allOf',
  'not',
  'metadata',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  '$ref',
  'nullable',
  'maxLength',
);
const anyShape = fc.letrec((tie) => ({
  shape: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, 1, 'map', 'object', '(', []),
    fc.array(tie('shape'), { maxLength: 2 }),
    fc.dictionary(words, tie('shape'), { maxKeys: 4 }),
  ),
})).shape;

test('a schema of any shape is judged without a throw', () => {
  const judge = (schema: unknown) => checkStructural({ type: 'object', properties: { spec: schema } } as Schema);
  assert.ok(judge(1).length > 0);
  fc.assert(
    fc.property(anyShape, (shape) => void judge(shape)),
    { numRuns: 2000 },
  );
  fc.assert(fc.property(anySchema, (schema) => void judge(schema)));
});
