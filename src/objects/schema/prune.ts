import { fieldPath, indexPath } from '../field-path.ts';
import { isArray, isObject, type Json, type JsonArray, type JsonObject, objectOf } from '../json.ts';
import { childSchema, isFree } from './child-schema.ts';
import { type Resolve, resolverOf } from './resolve.ts';
import { MAX_DEPTH, type Schema, type SchemaLookup } from './schema.ts';

export interface Pruned<T extends Json = Json> {
  /** The very value that came in when nothing was dropped. */
  readonly value: T;
  /** Paths of what was dropped: `spec.foo`, `spec.ports[0].bar`. */
  readonly pruned: readonly string[];
}

/** Drops the fields that the schema does not know, as a server does before it stores an object. */
export function prune<T extends Json>(schema: Schema, value: T, lookup?: SchemaLookup): Pruned<T> {
  const pruned: string[] = [];
  const kept = pruneValue({ resolve: resolverOf(lookup), pruned }, schema, value, '', 0);
  return { value: kept as T, pruned };
}

interface Work {
  readonly resolve: Resolve;
  readonly pruned: string[];
}

function pruneValue(work: Work, unresolved: Schema, value: Json, path: string, depth: number): Json {
  const schema = work.resolve(unresolved);
  if (isFree(schema)) return value;
  if (isArray(value)) return schema.items ? pruneItems(work, schema.items, value, path, depth) : value;
  return isObject(value) ? pruneFields(work, schema, value, path, depth) : value;
}

function pruneItems(work: Work, items: Schema, value: JsonArray, path: string, depth: number): JsonArray {
  const kept = value.map((item, i) => pruneValue(work, items, item, indexPath(path, i), depth + 1));
  return kept.some((item, i) => item !== value[i]) ? kept : value;
}

function pruneFields(work: Work, schema: Schema, value: JsonObject, path: string, depth: number): JsonObject {
  const kept: [string, Json][] = [];
  let changed = false;
  for (const [key, before] of Object.entries(value)) {
    if (before === undefined) continue;
    const child = depth < MAX_DEPTH ? childSchema(schema, key) : undefined;
    const at = fieldPath(path, key);
    if (child) {
      const after = pruneValue(work, child, before, at, depth + 1);
      changed ||= after !== before;
      kept.push([key, after]);
    } else if (schema['x-kubernetes-preserve-unknown-fields']) {
      kept.push([key, before]);
    } else {
      changed = true;
      work.pruned.push(at);
    }
  }
  return changed ? objectOf(kept) : value;
}
