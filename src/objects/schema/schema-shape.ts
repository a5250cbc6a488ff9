import type { Schema, SchemaLookup } from './schema.ts';

const self: Schema = { $ref: 'schema' };
const text: Schema = { type: 'string' };
const texts: Schema = { type: 'array', items: text };
const selves: Schema = { type: 'array', items: self };
const named: Schema = { type: 'object', additionalProperties: self };
const count: Schema = { type: 'integer' };
const amount: Schema = { type: 'number' };
const flag: Schema = { type: 'boolean' };
const anything: Schema = { 'x-kubernetes-preserve-unknown-fields': true };

const words: Record<string, Schema> = {
  $ref: text,
  type: text,
  format: text,
  title: text,
  description: text,
  pattern: text,
  minimum: amount,
  maximum: amount,
  multipleOf: amount,
  minLength: count,
  maxLength: count,
  minItems: count,
  maxItems: count,
  minProperties: count,
  maxProperties: count,
  nullable: flag,
  uniqueItems: flag,
  exclusiveMinimum: flag,
  exclusiveMaximum: flag,
  allOf: selves,
  anyOf: selves,
  oneOf: selves,
  not: self,
  properties: named,
  required: texts,
  enum: { type: 'array', items: anything },
  default: anything,
  additionalProperties: { anyOf: [flag, self] },
  'x-kubernetes-preserve-unknown-fields': flag,
  'x-kubernetes-int-or-string': flag,
  'x-kubernetes-embedded-resource': flag,
  'x-kubernetes-list-type': { type: 'string', enum: ['atomic', 'set', 'map'] },
  'x-kubernetes-list-map-keys': texts,
  'x-kubernetes-map-type': { type: 'string', enum: ['atomic', 'granular'] },
  'x-kubernetes-patch-merge-key': text,
  'x-kubernetes-patch-strategy': text,
  'x-kubernetes-validations': { type: 'array', items: { type: 'object' } },
};

const schemaShape: Schema = { type: 'object', properties: { ...words, items: { oneOf: [self, { type: 'array' }] } } };

/** The schema of schemas: what shape a {@link Schema} has, with the lookup of its reference to itself. */
export const shapeOfSchemas: { readonly schema: Schema; readonly lookup: SchemaLookup } = {
  schema: schemaShape,
  lookup: (ref) => (ref === 'schema' ? schemaShape : undefined),
};
