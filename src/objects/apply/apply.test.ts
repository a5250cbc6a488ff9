import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonical } from '../equal.ts';
import { isArray, isObject, type Json, type JsonObject } from '../json.ts';
import { wholeObjectSchema } from '../schema/object-meta.ts';
import type { Schema } from '../schema/schema.ts';
import { type ApplyRequest, serverSideApply } from './server-side-apply.ts';
import { trackUpdate } from './track-update.ts';

const definitions: Record<string, Schema> = {
  container: {
    type: 'object',
    properties: {
      name: { type: 'string' },
      image: { type: 'string' },
      args: { type: 'array', items: { type: 'string' } },
      ports: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['port', 'protocol'],
        items: {
          type: 'object',
          properties: {
            port: { type: 'integer' },
            protocol: { type: 'string', default: 'TCP' },
            name: { type: 'string' },
          },
        },
      },
    },
  },
};
const lookup = (ref: string) => definitions[ref];
const schema: Schema = wholeObjectSchema({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        replicas: { type: 'integer' },
        paused: { type: 'boolean' },
        selector: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { a: { type: 'string' } } },
        containers: {
          type: 'array',
          items: { $ref: 'container' },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
        },
      },
    },
    data: { type: 'object', additionalProperties: { type: 'string' } },
    status: { type: 'object', properties: { ready: { type: 'integer' } } },
  },
});

const identity = { apiVersion: 'apps/v1', kind: 'Thing' };
const thing = (parts: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  ...identity,
  metadata: { name: 't', namespace: 'default', ...metadata },
  ...parts,
});

type Options = Partial<Pick<ApplyRequest, 'force' | 'subresource' | 'time'>>;

function tryApply(live: JsonObject | undefined, manager: string, applied: JsonObject, options: Options = {}) {
  return serverSideApply({ live, applied, manager, schema, lookup, time: '2026-01-01T00:00:00Z', ...options });
}

function apply(live: JsonObject | undefined, manager: string, applied: JsonObject, options: Options = {}): JsonObject {
  const outcome = tryApply(live, manager, applied, options);
  assert.equal(outcome.outcome, 'ok', JSON.stringify(outcome));
  return outcome.object;
}

function update(
  before: JsonObject | undefined,
  manager: string,
  after: JsonObject,
  time = '2026-01-02T00:00:00Z',
): JsonObject {
  return trackUpdate({ before, after, manager, schema, lookup, time });
}

function managedFields(object: JsonObject): readonly JsonObject[] {
  const { metadata } = object;
  const list = isObject(metadata) ? metadata.managedFields : undefined;
  return isArray(list) ? list.filter(isObject) : [];
}

function ownedBy(object: JsonObject, manager: string): Json | undefined {
  return managedFields(object).find((entry) => entry.manager === manager)?.fieldsV1;
}

function withoutManagers(object: JsonObject): JsonObject {
  const { managedFields: _, ...metadata } = object.metadata as JsonObject;
  return { ...object, metadata };
}

test('the first apply makes the object and owns what it says', () => {
  const object = apply(
    undefined,
    'me',
    thing(
      { spec: { replicas: 2, containers: [{ name: 'web', image: 'a', ports: [{ port: 80 }] }] } },
      { labels: { app: 'x' } },
    ),
  );
  assert.deepEqual(managedFields(object), [
    {
      manager: 'me',
      operation: 'Apply',
      apiVersion: 'apps/v1',
      time: '2026-01-01T00:00:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': { 'f:labels': { 'f:app': {} } },
        'f:spec': {
          'f:containers': {
            'k:{"name":"web"}': {
              '.': {},
              'f:image': {},
              'f:name': {},
              'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } },
            },
          },
          'f:replicas': {},
        },
      },
    },
  ]);
  assert.deepEqual(withoutManagers(object).metadata, { name: 't', namespace: 'default', labels: { app: 'x' } });
});

test('a field that another manager owns with another value is a conflict, told as Kubernetes tells it', () => {
  const live = update(undefined, 'kubectl-edit', thing({ spec: { replicas: 1 } }));
  const outcome = tryApply(live, 'me', thing({ spec: { replicas: 2 } }));
  assert.deepEqual(outcome, {
    outcome: 'conflict',
    message: 'Apply failed with 1 conflict: conflict with "kubectl-edit" using apps/v1: .spec.replicas',
    problems: [
      { path: '.spec.replicas', reason: 'FieldManagerConflict', message: 'conflict with "kubectl-edit" using apps/v1' },
    ],
  });
});

test('several conflicts are listed by manager', () => {
  const first = apply(undefined, 'b', thing({ spec: { replicas: 1, containers: [{ name: 'web', image: 'a' }] } }));
  const live = update(first, 'a', { ...first, data: { k: 'v' } });
  const outcome = tryApply(
    live,
    'me',
    thing({ data: { k: 'w' }, spec: { replicas: 2, containers: [{ name: 'web', image: 'b' }] } }),
  );
  assert.equal(
    outcome.outcome === 'conflict' && outcome.message,
    'Apply failed with 3 conflicts: conflicts with "a" using apps/v1:\n- .data.k\nconflicts with "b":\n- .spec.replicas\n- .spec.containers[name="web"].image',
  );
});

test('a forced apply takes the field over', () => {
  const live = update(undefined, 'kubectl-edit', thing({ spec: { replicas: 1, paused: true } }));
  const object = apply(live, 'me', thing({ spec: { replicas: 2 } }), { force: true });
  assert.deepEqual(object.spec, { replicas: 2, paused: true });
  assert.deepEqual(ownedBy(object, 'me'), { 'f:spec': { 'f:replicas': {} } });
  assert.deepEqual(ownedBy(object, 'kubectl-edit'), { 'f:spec': { 'f:paused': {} } });
});

test('the same value is shared, and goes only when its last owner lets it go', () => {
  const one = apply(undefined, 'one', thing({ spec: { replicas: 2, paused: true } }));
  const both = apply(one, 'two', thing({ spec: { replicas: 2 } }));
  const oneLeft = apply(both, 'one', thing({ spec: { paused: true } }));
  assert.deepEqual(oneLeft.spec, { paused: true, replicas: 2 });
  assert.deepEqual(apply(oneLeft, 'two', thing({})).spec, { paused: true });
});

test('what is no longer applied goes: a field, a map entry, a list item with its defaulted fields', () => {
  const applied = thing({
    data: { a: '1', b: '2' },
    spec: { replicas: 1, containers: [{ name: 'web', ports: [{ port: 80 }, { port: 81 }] }] },
  });
  const live = apply(undefined, 'me', applied);
  const containers = [
    {
      name: 'web',
      ports: [
        { port: 80, protocol: 'TCP' },
        { port: 81, protocol: 'TCP' },
      ],
    },
  ];
  const defaulted = { ...live, spec: { ...(live.spec as JsonObject), containers } };
  const object = apply(
    defaulted,
    'me',
    thing({ data: { a: '1' }, spec: { containers: [{ name: 'web', ports: [{ port: 81 }] }] } }),
  );
  assert.deepEqual(object.data, { a: '1' });
  assert.deepEqual(object.spec, { containers: [{ name: 'web', ports: [{ port: 81, protocol: 'TCP' }] }] });
});

test('falsy values go too when they are no longer applied', () => {
  const live = apply(undefined, 'me', thing({ spec: { replicas: 0, paused: false }, data: { empty: '', kept: '' } }));
  const object = apply(live, 'me', thing({ spec: {}, data: { kept: '' } }));
  assert.deepEqual([object.spec, object.data], [{}, { kept: '' }]);
});

test('an update takes fields from appliers, who then conflict', () => {
  const applied = thing({ spec: { replicas: 1, paused: true } });
  const live = apply(undefined, 'me', applied);
  const edited = update(live, 'kubectl-edit', { ...live, spec: { replicas: 5, paused: true } });
  assert.deepEqual(ownedBy(edited, 'me'), { 'f:spec': { 'f:paused': {} } });
  assert.deepEqual(ownedBy(edited, 'kubectl-edit'), { 'f:spec': { 'f:replicas': {} } });
  assert.equal(tryApply(edited, 'me', applied).outcome, 'conflict');
  assert.deepEqual(apply(edited, 'me', thing({ spec: { paused: true } })).spec, { replicas: 5, paused: true });
});

test('an update that removes a field removes it from its owners', () => {
  const live = apply(undefined, 'me', thing({ data: { a: '1', b: '2' }, spec: { replicas: 1 } }));
  const { spec: _, ...rest } = live;
  const edited = update(live, 'kubectl-edit', { ...rest, data: { b: '2' } });
  assert.deepEqual(ownedBy(edited, 'me'), { 'f:data': { 'f:b': {} } });
  assert.equal(ownedBy(edited, 'kubectl-edit'), undefined);
});

test('managers of a subresource are their own, and are named in a conflict', () => {
  const live = apply(undefined, 'me', thing({ spec: { replicas: 1 } }));
  const scaled = trackUpdate({
    before: live,
    after: { ...live, spec: { replicas: 7 } },
    manager: 'me',
    subresource: 'scale',
    schema,
    lookup,
    time: '2026-01-02T00:00:00Z',
  });
  const outcome = tryApply(scaled, 'me', thing({ spec: { replicas: 1 } }));
  assert.match(
    outcome.outcome === 'conflict' ? outcome.message : '',
    /conflict with "me" with subresource "scale" using apps\/v1: .spec.replicas/,
  );
});

test('atomic maps and lists are one piece', () => {
  const live = apply(
    undefined,
    'one',
    thing({ spec: { selector: { a: 'x' }, containers: [{ name: 'web', args: ['a', 'b'] }] } }),
  );
  const outcome = tryApply(
    live,
    'two',
    thing({ spec: { selector: { b: 'y' }, containers: [{ name: 'web', args: ['a'] }] } }),
  );
  assert.deepEqual(outcome.outcome === 'conflict' && outcome.problems.map((p) => p.path), [
    '.spec.selector',
    '.spec.containers[name="web"].args',
  ]);
});

test('a set belongs to its items', () => {
  const live = apply(undefined, 'one', thing({}, { finalizers: ['a/x', 'b/x'] }));
  const both = apply(live, 'two', thing({}, { finalizers: ['c/x'] }));
  assert.deepEqual((both.metadata as JsonObject).finalizers, ['c/x', 'a/x', 'b/x']);
  assert.deepEqual(ownedBy(both, 'two'), { 'f:metadata': { 'f:finalizers': { 'v:"c/x"': {} } } });
  const less = apply(both, 'one', thing({}, { finalizers: ['b/x'] }));
  assert.deepEqual((less.metadata as JsonObject).finalizers, ['c/x', 'b/x']);
});

test('an apply that changes nothing gives back an equal object, with the old times', () => {
  const applied = thing({ data: { a: '1' } }, { labels: { l: 'v' } });
  const live = apply(undefined, 'me', applied);
  assert.deepEqual(apply(live, 'me', applied, { time: '2030-01-01T00:00:00Z' }), live);
  assert.deepEqual(update(live, 'other', live, '2030-01-01T00:00:00Z'), live);
});

test('an object that nobody tracked belongs to before-first-apply', () => {
  const live = thing({ spec: { replicas: 1 } });
  const outcome = tryApply(live, 'me', thing({ spec: { replicas: 2 } }));
  assert.match(
    outcome.outcome === 'conflict' ? outcome.message : '',
    /conflict with "before-first-apply" using apps\/v1/,
  );
});

test('an update with an empty list of managers forgets the owners', () => {
  const live = apply(undefined, 'me', thing({ data: { a: '1' } }));
  const reset = update(live, 'other', thing({ data: { a: '1' } }, { managedFields: [] }));
  assert.deepEqual(managedFields(reset), []);
  assert.deepEqual(ownedBy(update(live, 'other', thing({ data: { a: '1' } })), 'me'), { 'f:data': { 'f:a': {} } });
});

test('items that cannot be told apart are refused', () => {
  const problems = (spec: JsonObject) => {
    const outcome = tryApply(undefined, 'me', thing({ spec }));
    return outcome.outcome === 'invalid' ? outcome.problems.map((p) => `${p.path}: ${p.message}`) : [];
  };
  assert.match(
    problems({ containers: [{ image: 'a' }] }).join(),
    /^spec.containers: element 0: .* omits key field "name"/,
  );
  assert.match(
    problems({ containers: [{ name: 'a' }, { name: 'a' }] }).join(),
    /^spec.containers: duplicate entries for key {"name":"a"}/,
  );
});

test('managedFields full of garbage do no harm', () => {
  const garbage = [
    1,
    null,
    {},
    { manager: 'x', fieldsType: 'FieldsV1', fieldsV1: { 'k:{': {}, 'v:': {}, odd: {}, 'f:spec': 7 } },
  ];
  const live = thing({ spec: { replicas: 1 } }, { managedFields: garbage });
  assert.match(JSON.stringify(tryApply(live, 'me', thing({ spec: { replicas: 2 } }))), /before-first-apply/);
  const hostile: JsonObject = JSON.parse('{"__proto__":"x"}');
  const object = apply(undefined, 'me', thing({ data: hostile }));
  assert.equal(JSON.stringify(object.data), '{"__proto__":"x"}');
  assert.equal(JSON.stringify(apply(object, 'me', thing({})).data), undefined);
});

/** What a manager named m may say: its own labels, its own containers, one field of a shared container. */
const saying = (m: 'one' | 'two') =>
  fc
    .record({
      labels: fc.dictionary(fc.constantFrom(`${m}a`, `${m}b`), fc.constantFrom('1', '2')),
      finalizers: fc.uniqueArray(fc.constantFrom(`${m}/x`, `${m}/y`)),
      containers: fc.uniqueArray(
        fc.record({ name: fc.constantFrom(`${m}p`, `${m}q`, 'shared'), image: fc.constantFrom('1', '2') }),
        { selector: (c) => c.name },
      ),
    })
    .map(({ labels, finalizers, containers }) =>
      thing(
        {
          spec: {
            containers: containers.map((c) =>
              c.name === 'shared'
                ? { name: 'shared', [m === 'one' ? 'image' : 'args']: m === 'one' ? c.image : [c.image] }
                : c,
            ),
          },
        },
        { labels, finalizers },
      ),
    );

const unordered = (value: Json | undefined): Json => {
  if (isArray(value)) return value.map(unordered).toSorted((a, b) => (canonical(a) < canonical(b) ? -1 : 1));
  if (!isObject(value)) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, unordered(v)]));
};

test('applying twice is applying once', () => {
  fc.assert(
    fc.property(saying('one'), saying('two'), saying('one'), (a, b, c) => {
      const live = apply(apply(undefined, 'one', a), 'two', b);
      const once = apply(live, 'one', c);
      assert.deepEqual(apply(once, 'one', c), once);
    }),
  );
});

test('two managers with fields of their own keep each other, in whatever order they come and change their minds', () => {
  fc.assert(
    fc.property(saying('one'), saying('one'), saying('two'), saying('two'), (a1, a2, b1, b2) => {
      const alternating = apply(apply(apply(apply(undefined, 'one', a1), 'two', b1), 'one', a2), 'two', b2);
      const reverse = apply(apply(apply(apply(undefined, 'two', b1), 'two', b2), 'one', a1), 'one', a2);
      const fresh = apply(apply(undefined, 'one', a2), 'two', b2);
      assert.deepEqual(unordered(dropEmpty(alternating)), unordered(dropEmpty(fresh)));
      assert.deepEqual(unordered(dropEmpty(reverse)), unordered(dropEmpty(fresh)));
    }),
    { numRuns: 300 },
  );
});

/** An emptied list or map and an absent one are the same to an owner. */
function dropEmpty(value: JsonObject): JsonObject {
  const filled = Object.entries(value)
    .map(([k, v]) => [k, isObject(v) && !k.includes(':') ? dropEmpty(v) : v] as const)
    .filter(
      ([k, v]) => k.includes(':') || !((isArray(v) && v.length === 0) || (isObject(v) && Object.keys(v).length === 0)),
    );
  return Object.fromEntries(filled.filter(([k]) => k !== 'managedFields'));
}

test('when an applier owns all and applies something else, the result is what it applies', () => {
  fc.assert(
    fc.property(saying('one'), saying('one'), (a, b) => {
      const object = withoutManagers(apply(apply(undefined, 'one', a), 'one', b));
      assert.deepEqual(unordered(dropEmpty(object)), unordered(dropEmpty(b)));
    }),
  );
});

test('an update hands over exactly what it changed', () => {
  fc.assert(
    fc.property(saying('one'), saying('one'), (a, b) => {
      const live = apply(undefined, 'one', a);
      const edited = update(live, 'editor', { ...b, metadata: { ...(b.metadata as JsonObject) } });
      const again = tryApply(edited, 'one', b);
      assert.equal(again.outcome, 'ok', 'the same values never conflict');
      const old = tryApply(edited, 'one', a, { force: true });
      assert.equal(old.outcome, 'ok');
    }),
  );
});
