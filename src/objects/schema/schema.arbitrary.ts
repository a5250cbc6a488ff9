/** Random schemas and values for property tests: small alphabets, so that they meet. */
import fc from 'fast-check';
import type { Json } from '../json.ts';
import type { Schema } from './schema.ts';

const key = fc.constantFrom('a', 'b', 'c', '__proto__');

export const anyJson = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Json>(null, true, 0, 1, 'x', ''),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(key, tie('json'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).json;

export const anySchema = fc.letrec<{ schema: Schema }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record<Schema>({ type: fc.constantFrom('string', 'integer', 'boolean'), nullable: fc.boolean() }),
    fc.record<Schema>({ type: fc.constant('string'), default: fc.constant('x') }),
    fc.record<Schema>({ type: fc.constant('object'), 'x-kubernetes-preserve-unknown-fields': fc.constant(true) }),
    fc.record<Schema>({ type: fc.constant('array'), items: tie('schema') }),
    fc.record<Schema>({ type: fc.constant('object'), additionalProperties: tie('schema') }),
    fc.record<Schema>(
      {
        type: fc.constant('object'),
        properties: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('schema'), { maxKeys: 3 }),
        required: fc.constantFrom([], ['a']),
        default: fc.constant({}),
      },
      { requiredKeys: ['type', 'properties'] },
    ),
  ),
})).schema;
