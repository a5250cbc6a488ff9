import { clone } from '../equal.ts';
import { isArray, isObject, type Json, type JsonArray, type JsonObject, objectOf, own } from '../json.ts';
import { childSchema } from './child-schema.ts';
import { type Resolve, resolverOf } from './resolve.ts';
import { MAX_DEPTH, type Schema, type SchemaLookup } from './schema.ts';

/**
 * Sets what is absent and has a default, outside in, so that a default of `{}` is filled further. A `null` that may not
 * be null counts as absent. Returns the very value when nothing was to set.
 *
 * Defaults mean what they mean in a CRD. The `""`, `0` and `{}` that Kubernetes' own OpenAPI shows on required fields
 * are zero values, not defaults: leave them out of the schema.
 */
export function applyDefaults<T extends Json>(schema: Schema, value: T, lookup?: SchemaLookup): T {
  return defaultsIn(resolverOf(lookup), schema, value, 0) as T;
}

function defaultsIn(resolve: Resolve, unresolved: Schema, value: Json, depth: number): Json {
  if (depth > MAX_DEPTH) return value;
  const schema = resolve(unresolved);
  if (isArray(value)) return schema.items ? defaultsInItems(resolve, schema.items, value, depth) : value;
  return isObject(value) ? defaultsInFields(resolve, schema, value, depth) : value;
}

function defaultsInItems(resolve: Resolve, items: Schema, value: JsonArray, depth: number): JsonArray {
  const filled = value.map((item) => defaultsIn(resolve, items, item, depth + 1));
  return filled.some((item, i) => item !== value[i]) ? filled : value;
}

function defaultsInFields(resolve: Resolve, schema: Schema, value: JsonObject, depth: number): JsonObject {
  const present = Object.entries(value).map(([key, before]): [string, Json | undefined, Json | undefined] => {
    const child = childSchema(schema, key);
    return [key, before, child ? fieldWithDefault(resolve, child, before, depth) : before];
  });
  const added = Object.entries(schema.properties ?? {})
    .filter(([key]) => own(value, key) === undefined)
    .map(([key, child]): [string, Json | undefined] => [key, fieldWithDefault(resolve, child, undefined, depth)])
    .filter(([, filled]) => filled !== undefined);
  if (added.length === 0 && present.every(([, before, after]) => before === after)) return value;
  return objectOf([...present.map(([key, , after]) => [key, after] as const), ...added]);
}

function fieldWithDefault(resolve: Resolve, unresolved: Schema, value: Json | undefined, depth: number) {
  const schema = resolve(unresolved);
  const isAbsent = value === undefined || (value === null && refusesNull(schema));
  const start = isAbsent ? clone(schema.default) : value;
  return start === undefined ? undefined : defaultsIn(resolve, schema, start, depth + 1);
}

function refusesNull(schema: Schema): boolean {
  return !schema.nullable && (schema.type !== undefined || schema['x-kubernetes-int-or-string'] === true);
}
