import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clone } from '../equal.ts';
import type { Json } from '../json.ts';
import { problemText } from '../problem.ts';
import { applyDefaults } from './apply-defaults.ts';
import { wholeObjectSchema } from './object-meta.ts';
import { prune } from './prune.ts';
import { anyJson, anySchema } from './schema.arbitrary.ts';
import type { Schema } from './schema.ts';
import { validate } from './validate.ts';

const port: Schema = {
  type: 'object',
  required: ['port'],
  properties: {
    name: { type: 'string', maxLength: 15, pattern: '^[a-z]+$' },
    port: { type: 'integer', format: 'int32', minimum: 1, maximum: 65535 },
    protocol: { type: 'string', enum: ['TCP', 'UDP'], default: 'TCP' },
    target: { 'x-kubernetes-int-or-string': true },
  },
};

const service: Schema = wholeObjectSchema({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        ports: {
          type: 'array',
          items: port,
          maxItems: 3,
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port', 'protocol'],
        },
        selector: { type: 'object', additionalProperties: { type: 'string' } },
        free: {
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
          properties: { closed: { type: 'object' } },
        },
        tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        maybe: { type: 'string', nullable: true },
        template: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: { type: 'object' } } },
      },
    },
  },
});

const withSpec = (spec: Json): Json => ({ apiVersion: 'x/v1', kind: 'Service', metadata: { name: 'web' }, spec });
const problemsOf = (spec: Json) => validate(service, withSpec(spec)).map(problemText);

test('fields that the schema does not know are dropped, and named', () => {
  const { value, pruned } = prune(
    service,
    withSpec({ ports: [{ port: 1, color: 'red' }], size: 3, selector: { any: 'thing' } }),
  );
  assert.deepEqual(value, withSpec({ ports: [{ port: 1 }], selector: { any: 'thing' } }));
  assert.deepEqual(pruned, ['spec.ports[0].color', 'spec.size']);
});

test('unknown fields stay where the schema preserves them, but not below a field that it describes', () => {
  const { value, pruned } = prune(service, withSpec({ free: { any: { thing: 1 }, closed: { x: 1 } } }));
  assert.deepEqual(value, withSpec({ free: { any: { thing: 1 }, closed: {} } }));
  assert.deepEqual(pruned, ['spec.free.closed.x']);
});

test('an embedded resource keeps its apiVersion, kind and metadata', () => {
  const template = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels: { a: 'b' } } };
  const { value, pruned } = prune(
    service,
    withSpec({ template: { ...template, other: 1, metadata: { ...template.metadata, odd: 1 } } }),
  );
  assert.deepEqual(value, withSpec({ template }));
  assert.deepEqual(pruned, ['spec.template.metadata.odd', 'spec.template.other']);
});

test('an object with nothing to prune is returned itself', () => {
  const value = withSpec({ ports: [{ port: 1 }] });
  assert.equal(prune(service, value).value, value);
});

test('__proto__ is an ordinary unknown key: it is dropped and changes no prototype', () => {
  const hostile: Json = JSON.parse(
    '{"spec":{"__proto__":{"polluted":true},"selector":{"__proto__":"x","constructor":"y"}}}',
  );
  const { value, pruned } = prune(service, hostile);
  assert.equal(JSON.stringify(value), '{"spec":{"selector":{"__proto__":"x","constructor":"y"}}}');
  assert.deepEqual(pruned, ['spec.__proto__']);
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
  assert.equal(JSON.stringify(applyDefaults(service, value)), JSON.stringify(value));
});

test('defaults fill what is absent, in list items too, and leave what is there', () => {
  const filled = applyDefaults(service, withSpec({ ports: [{ port: 1 }, { port: 2, protocol: 'UDP' }] }));
  assert.deepEqual(
    filled,
    withSpec({
      ports: [
        { port: 1, protocol: 'TCP' },
        { port: 2, protocol: 'UDP' },
      ],
    }),
  );
});

test('a default of an empty object is filled by the defaults inside it', () => {
  const schema: Schema = {
    type: 'object',
    properties: { a: { type: 'object', default: {}, properties: { b: { type: 'integer', default: 7 } } } },
  };
  assert.deepEqual(applyDefaults(schema, {}), { a: { b: 7 } });
  assert.deepEqual(
    applyDefaults(
      { ...schema, properties: { a: { type: 'object', properties: schema.properties?.a?.properties } } },
      {},
    ),
    {},
  );
});

test('a null is absent unless the field may be null', () => {
  assert.deepEqual(
    applyDefaults(service, withSpec({ ports: [{ port: 1, protocol: null, name: null }], maybe: null })),
    withSpec({ ports: [{ port: 1, protocol: 'TCP' }], maybe: null }),
  );
});

test('each rule has the path and the words of Kubernetes', () => {
  assert.deepEqual(problemsOf({ ports: [{}] }), ['spec.ports[0].port: Required value']);
  assert.deepEqual(problemsOf({ ports: [{ port: '80' }] }), [
    'spec.ports[0].port: Invalid value: "string": spec.ports[0].port in body must be of type integer: "string"',
  ]);
  assert.deepEqual(problemsOf({ ports: [{ port: 0 }] }), [
    'spec.ports[0].port: Invalid value: 0: spec.ports[0].port in body should be greater than or equal to 1',
  ]);
  assert.deepEqual(problemsOf({ ports: [{ port: 70000 }] }), [
    'spec.ports[0].port: Invalid value: 70000: spec.ports[0].port in body should be less than or equal to 65535',
  ]);
  assert.deepEqual(problemsOf({ ports: [{ port: 1, protocol: 'tcp' }] }), [
    'spec.ports[0].protocol: Unsupported value: "tcp": supported values: "TCP", "UDP"',
  ]);
  assert.deepEqual(problemsOf({ ports: [{ port: 1, name: 'Web' }] }), [
    `spec.ports[0].name: Invalid value: "Web": spec.ports[0].name in body should match '^[a-z]+$'`,
  ]);
  assert.deepEqual(problemsOf({ ports: [{ port: 1, name: 'a'.repeat(16) }] }), [
    'spec.ports[0].name: Too long: may not be more than 15 bytes',
  ]);
  assert.deepEqual(problemsOf({ ports: [1, 2, 3, 4].map((p) => ({ port: p })) }), [
    'spec.ports: Too many: 4: must have at most 3 items',
  ]);
  assert.deepEqual(problemsOf({ ports: [{ port: 1, target: true }] }), [
    'spec.ports[0].target: Invalid value: "boolean": spec.ports[0].target in body must be of type integer,string: "boolean"',
  ]);
  assert.deepEqual(problemsOf('x'), ['spec: Invalid value: "string": spec in body must be of type object: "string"']);
});

test('items of a map list differ in their keys, defaults counted, and items of a set in themselves', () => {
  assert.deepEqual(problemsOf({ ports: [{ port: 53 }, { port: 53, protocol: 'UDP' }] }), []);
  assert.deepEqual(problemsOf({ ports: [{ port: 53 }, { port: 53, protocol: 'TCP' }] }), [
    'spec.ports[1]: Duplicate value: {"port":53,"protocol":"TCP"}',
  ]);
  assert.deepEqual(problemsOf({ tags: ['a', 'b', 'a'] }), ['spec.tags[2]: Duplicate value: "a"']);
});

test('an int-or-string is either, and a nullable may be null', () => {
  assert.deepEqual(
    problemsOf({
      ports: [
        { port: 1, target: 'http' },
        { port: 2, target: 80 },
      ],
      maybe: null,
    }),
    [],
  );
  assert.equal(problemsOf({ tags: null }).length, 1);
});

test('alternatives are judged, not guessed', () => {
  const schema: Schema = {
    type: 'object',
    properties: { v: { oneOf: [{ type: 'integer' }, { type: 'string' }], not: { enum: ['no'] } } },
  };
  const texts = (v: Json) => validate(schema, { v }).map(problemText);
  assert.deepEqual(texts(1), []);
  assert.deepEqual(texts(true), [
    'v: Invalid value: v in body must validate one and only one schema (oneOf). Found none valid',
  ]);
  assert.deepEqual(texts('no'), ['v: Invalid value: v in body must not validate the schema (not)']);
});

test('formats refuse what they should and ignore what they do not know', () => {
  const is = (format: string, value: Json) => validate({ type: 'string', format }, value).length === 0;
  for (const [format, good, bad] of [
    ['date-time', '2026-11-23T04:00:00Z', '2026-02-30T04:00:00Z'],
    ['ipv4', '10.0.0.1', '10.0.0.256'],
    ['ipv6', 'fd00::1', 'fd00:::1'],
    ['cidr', '10.0.0.0/8', '10.0.0.0/33'],
    ['uuid', '123e4567-e89b-12d3-a456-426614174000', '123e4567'],
    ['byte', 'aGk=', 'a'],
    ['duration', '1h30m', '90'],
  ] as const) {
    assert.ok(is(format, good), `${format} ${good}`);
    assert.ok(!is(format, bad), `${format} ${bad}`);
  }
  assert.ok(is('made-up', 'x'));
});

const definitions: Record<string, Schema> = {
  '#/components/schemas/Tree': {
    type: 'object',
    properties: {
      size: { type: 'integer' },
      children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } },
      raw: { allOf: [{ $ref: '#/components/schemas/Raw' }], default: {} },
    },
  },
  '#/components/schemas/Raw': { type: 'object' },
};
const lookup = (ref: string) => definitions[ref];
const tree: Schema = { $ref: '#/components/schemas/Tree' };

test('references are followed, also around a circle, and a named type without fields keeps everything', () => {
  const value: Json = { children: [{ children: [{ size: 'x', odd: 1 }] }], raw: { any: 1 } };
  assert.deepEqual(prune(tree, value, lookup).pruned, ['children[0].children[0].odd']);
  assert.deepEqual(
    validate(tree, value, lookup).map((p) => p.path),
    ['children[0].children[0].size'],
  );
  assert.deepEqual(applyDefaults(tree, { children: [{}] }, lookup), { children: [{ raw: {} }], raw: {} });
});

test('a value nested without end is refused, not walked to the end of the stack', () => {
  let deep: Json = {};
  for (let i = 0; i < 5000; i += 1) deep = { children: [deep] };
  assert.match(validate(tree, deep, lookup).map(problemText).join(), /nested deeper than/);
  assert.equal(prune(tree, deep, lookup).pruned.length, 1);
  assert.doesNotThrow(() => applyDefaults(tree, deep, lookup));
});

test('pruning twice is pruning once, and leaves nothing that is unknown', () => {
  fc.assert(
    fc.property(anySchema, anyJson, (schema, value) => {
      const before = JSON.stringify(value);
      const once = prune(schema, value);
      assert.deepEqual(prune(schema, once.value), { value: once.value, pruned: [] });
      assert.equal(once.pruned.length === 0, once.value === value);
      assert.equal(JSON.stringify(value), before);
    }),
  );
});

test('defaulting twice is defaulting once, changes no input, and does not undo pruning', () => {
  fc.assert(
    fc.property(anySchema, anyJson, (schema, value) => {
      const input = clone(value);
      const once = applyDefaults(schema, value);
      assert.equal(applyDefaults(schema, once), once);
      assert.deepEqual(value, input);
      const pruned = prune(schema, value).value;
      assert.deepEqual(prune(schema, applyDefaults(schema, pruned)).pruned, []);
    }),
  );
});
