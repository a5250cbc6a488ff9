import { objectMetaSchema } from './object-meta.ts';
import type { Schema } from './schema.ts';

/** The schema of one key of an object; undefined when the schema does not know the key. */
export function childSchema(schema: Schema, key: string): Schema | undefined {
  const { properties, additionalProperties } = schema;
  if (schema['x-kubernetes-embedded-resource'] && Object.hasOwn(embedded, key)) {
    return { ...embedded[key], ...properties?.[key] };
  }
  if (properties && Object.hasOwn(properties, key)) return properties[key];
  if (additionalProperties === true) return ANYTHING;
  return additionalProperties || undefined;
}

const embedded: Readonly<Record<string, Schema>> = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: objectMetaSchema,
};

const ANYTHING: Schema = { 'x-kubernetes-preserve-unknown-fields': true };

/** Says nothing about what the value looks like inside: everything is kept. */
export function isFree({ type, properties, additionalProperties, items }: Schema): boolean {
  return !type && !properties && additionalProperties === undefined && !items;
}
