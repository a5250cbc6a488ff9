import type { Schema, SchemaLookup } from './schema.ts';

/** Follows references until the schema says itself what it is. */
export type Resolve = (schema: Schema) => Schema;

const KEEPS_ALL: Schema = { 'x-kubernetes-preserve-unknown-fields': true };
const resolvers = new WeakMap<SchemaLookup, Resolve>();
const noLookup: SchemaLookup = () => undefined;

/**
 * Resolves `$ref`, and `allOf` of one reference, which is how Kubernetes attaches a default or a description to one.
 * Words beside the reference win. What cannot be found accepts and keeps everything. Results are remembered.
 */
export function resolverOf(lookup: SchemaLookup = noLookup): Resolve {
  const known = resolvers.get(lookup);
  if (known) return known;
  const cache = new WeakMap<Schema, Schema>();
  const resolve = (schema: Schema): Schema => {
    if (!referenceOf(schema)) return schema;
    const found = cache.get(schema) ?? follow(schema, lookup, 16);
    cache.set(schema, found);
    return found;
  };
  resolvers.set(lookup, resolve);
  return resolve;
}

function referenceOf({ $ref, allOf }: Schema): string | undefined {
  return $ref ?? (allOf?.length === 1 ? allOf[0]?.$ref : undefined);
}

function follow(schema: Schema, lookup: SchemaLookup, hops: number): Schema {
  const reference = referenceOf(schema);
  if (!reference) return schema;
  const { $ref, allOf, ...beside } = schema;
  const target = lookup(reference);
  const found = target && hops > 0 ? follow(target, lookup, hops - 1) : KEEPS_ALL;
  return { ...(isOpaque(found) ? { ...found, ...KEEPS_ALL } : found), ...($ref && allOf ? { allOf } : {}), ...beside };
}

/** Named types such as RawExtension and FieldsV1 are an object of anything; a CRD, where that means "empty", has no references. */
function isOpaque({ type, properties, additionalProperties }: Schema): boolean {
  return type === 'object' && !properties && additionalProperties === undefined;
}
