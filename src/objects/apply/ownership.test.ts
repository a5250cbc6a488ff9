/** What must hold of owners after anything at all has happened to an object. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deepEqual } from '../equal.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { applyDefaults } from '../schema/apply-defaults.ts';
import { prune } from '../schema/prune.ts';
import { anyJson, anySchema } from '../schema/schema.arbitrary.ts';
import type { Schema } from '../schema/schema.ts';
import { difference, isEmpty } from './field-set.ts';
import { allPlaces, fieldsOf } from './fields-of.ts';
import { readManagers } from './managers.ts';
import { mergeApplied } from './merge-applied.ts';
import { serverSideApply } from './server-side-apply.ts';
import { typedBy } from './structure.ts';
import { trackUpdate } from './track-update.ts';
import { trackedPart, withoutNulls } from './tracked-parts.ts';

const small = fc.constantFrom<Json>(0, 1, '', 'x', false);
const items = fc.uniqueArray(
  fc.record({ name: fc.constantFrom('a', 'b', 'c'), v: small }, { requiredKeys: ['name'] }),
  {
    selector: ({ name }) => name,
  },
);
const body = fc.record(
  {
    map: fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), small),
    items,
    set: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
    whole: fc.array(small, { maxLength: 2 }),
    deep: fc.record({ er: fc.record({ v: small, items }, { requiredKeys: [] }) }, { requiredKeys: [] }),
    free: anyJson,
  },
  { requiredKeys: [], noNullPrototype: true },
);
const list: Schema = {
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['name'],
  items: { type: 'object', properties: { name: {}, v: {}, extra: { default: 'filled' } } },
};
const bodySchema: Schema = {
  type: 'object',
  properties: {
    map: { type: 'object', additionalProperties: {} },
    items: list,
    set: { type: 'array', 'x-kubernetes-list-type': 'set', items: {} },
    whole: { type: 'array', items: {} },
    deep: { type: 'object', properties: { er: { type: 'object', properties: { v: {}, items: list } } } },
    free: { 'x-kubernetes-preserve-unknown-fields': true },
  },
};
const schema: Schema = { type: 'object', properties: { spec: bodySchema } };

const whole = (spec: Json): JsonObject => ({ apiVersion: 'x/v1', kind: 'X', metadata: { name: 'x' }, spec });
const time = '2026-01-01T00:00:00Z';

const step = fc.record({
  what: fc.constantFrom('apply' as const, 'force' as const, 'update' as const),
  manager: fc.constantFrom('one', 'two', 'three'),
  spec: body as fc.Arbitrary<JsonObject>,
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function take(live: JsonObject | undefined, { what, manager, spec }: Step): JsonObject | undefined {
  const object = whole(spec);
  if (what === 'update') {
    const managers = isObject(live?.metadata) ? { managedFields: live.metadata.managedFields } : {};
    const after = applyDefaults(schema, { ...object, metadata: { name: 'x', ...managers } } as JsonObject);
    return trackUpdate({ before: live, after, manager, schema, time });
  }
  const outcome = serverSideApply({ live, applied: object, manager, force: what === 'force', schema, time });
  assert.ok(outcome.outcome === 'ok' || what === 'apply', 'a forced apply never conflicts');
  return outcome.outcome === 'ok' ? applyDefaults(schema, outcome.object) : live;
}

test('nobody owns what is not there, and identities stay', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 6 }), (steps) => {
      let object: JsonObject | undefined;
      for (const one of steps) {
        object = take(object, one);
        if (!object) continue;
        const places = allPlaces(trackedPart(object), typedBy(schema, undefined));
        for (const { name, fields } of readManagers(object)) {
          assert.ok(isEmpty(difference(fields, places)), `${name} owns more than there is: ${JSON.stringify(object)}`);
        }
        assert.deepEqual([object.kind, (object.metadata as JsonObject).name], ['X', 'x']);
      }
    }),
    { numRuns: 400 },
  );
});

test('what was applied is there afterwards and owned, and applying it again changes nothing', () => {
  const type = typedBy(schema, undefined);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 4 }), step, (steps, last) => {
      const before = steps.reduce<JsonObject | undefined>(take, undefined);
      const after = take(before, { ...last, what: 'force' });
      assert.ok(after);
      const applied = withoutNulls(trackedPart(whole(last.spec))) as JsonObject;
      assert.ok(deepEqual(mergeApplied(trackedPart(after), applied, type), trackedPart(after)));
      const mine = readManagers(after).find((m) => m.name === last.manager && m.operation === 'Apply');
      assert.ok(isEmpty(difference(fieldsOf(applied, type), mine?.fields ?? fieldsOf({}, type))));
      assert.deepEqual(take(after, { ...last, what: 'apply' }), after);
    }),
    { numRuns: 400 },
  );
});

test('with any schema and any values, an apply ends', () => {
  fc.assert(
    fc.property(anySchema, anyJson, anyJson, (spec, a, b) => {
      const any: Schema = { type: 'object', properties: { spec } };
      const live = trackUpdate({ after: whole(prune(spec, a).value), manager: 'one', schema: any, time });
      const once = serverSideApply({ live, applied: whole(b), manager: 'two', force: true, schema: any, time });
      assert.equal(once.outcome, 'ok');
      const twice = serverSideApply({ live: once.object, applied: whole(b), manager: 'two', schema: any, time });
      assert.deepEqual(twice, once);
    }),
    { numRuns: 500 },
  );
});
