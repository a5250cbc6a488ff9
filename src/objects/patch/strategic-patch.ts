/**
 * Strategic merge patch: a merge patch that knows from the schema which lists merge by a key.
 * Source: Kubernetes' "Update API objects in place using kubectl patch" and its strategic-merge-patch design document.
 */
import { fieldPath } from '../field-path.ts';
import { isArray, isObject, type Json, type JsonArray, type JsonObject, objectOf, own } from '../json.ts';
import { accepted, invalid, type Problem, type Result, refused } from '../problem.ts';
import { childSchema } from '../schema/child-schema.ts';
import { type Resolve, resolverOf } from '../schema/resolve.ts';
import { MAX_DEPTH, type Schema, type SchemaLookup } from '../schema/schema.ts';
import { DELETE_FROM, directiveOf, isDirective, ORDER, RETAIN, withoutDirectives } from './directives.ts';
import { inElementOrder } from './element-order.ts';

/** `schema` is that of the whole object. Lists without a merge strategy, and of fields it does not know, are replaced. */
export function applyStrategicPatch(
  document: JsonObject,
  patch: JsonObject,
  schema: Schema,
  lookup?: SchemaLookup,
): Result<JsonObject> {
  const work: Work = { resolve: resolverOf(lookup), problems: [] };
  const value = mergeObject(work, { schema, path: '', depth: 0 }, document, patch);
  return work.problems.length > 0 ? refused(...work.problems) : accepted(value);
}

interface Work {
  readonly resolve: Resolve;
  readonly problems: Problem[];
}

interface Place {
  readonly schema: Schema | undefined;
  readonly path: string;
  readonly depth: number;
}

function mergeObject(work: Work, place: Place, before: JsonObject, patch: JsonObject): JsonObject {
  if (place.depth > MAX_DEPTH) {
    work.problems.push(invalid(place.path, `nested deeper than ${MAX_DEPTH} levels`));
    return before;
  }
  const directive = own(patch, '$patch');
  if (directive === 'replace') return withoutDirectives(patch) as JsonObject;
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') {
    work.problems.push(invalid(fieldPath(place.path, '$patch'), `unrecognized directive ${JSON.stringify(directive)}`));
  }
  const kept = retained(work, place, before, patch);
  const changed = new Set(Object.keys(patch).map((key) => (isDirective(key) ? fieldOf(key) : key)));
  changed.delete('');
  const keys = new Set([...Object.keys(kept), ...changed]);
  return objectOf(
    [...keys].map((key) => [key, changed.has(key) ? mergeField(work, place, key, kept, patch) : own(kept, key)]),
  );
}

/** `$setElementOrder/ports` is about `ports`; `$patch` and `$retainKeys` are about the object itself. */
function fieldOf(directive: string): string {
  return directive.includes('/') ? directive.slice(directive.indexOf('/') + 1) : '';
}

function retained(work: Work, { path }: Place, before: JsonObject, patch: JsonObject): JsonObject {
  const keys = own(patch, RETAIN);
  if (keys === undefined) return before;
  const strays = Object.keys(patch).filter((key) => !isDirective(key) && !(isArray(keys) && keys.includes(key)));
  if (!isArray(keys) || strays.length > 0) {
    work.problems.push(
      invalid(fieldPath(path, RETAIN), `must list all fields of the patch, also ${strays.join(', ')}`),
    );
    return before;
  }
  return objectOf(Object.entries(before).filter(([key]) => keys.includes(key)));
}

function mergeField(work: Work, place: Place, key: string, object: JsonObject, patch: JsonObject): Json | undefined {
  const unresolved = place.schema && childSchema(place.schema, key);
  const schema = unresolved && work.resolve(unresolved);
  const at: Place = { schema, path: fieldPath(place.path, key), depth: place.depth + 1 };
  const change = own(patch, key);
  const before = own(object, key);
  if (change === null) return undefined;
  if (isObject(change) && !replaces(schema)) return mergeObject(work, at, isObject(before) ? before : {}, change);
  const list: ListChange = {
    before: isArray(before) ? before : [],
    change: isArray(change) ? change : [],
    remove: listOf(directiveOf(patch, DELETE_FROM, key)),
    order: listOf(directiveOf(patch, ORDER, key)),
  };
  if (change === undefined && !list.remove && !list.order) return before;
  if ((change === undefined || isArray(change)) && mergesLists(schema)) return mergeList(work, at, list);
  return change === undefined ? before : withoutDirectives(change);
}

function listOf(value: Json | undefined): JsonArray | undefined {
  return isArray(value) ? value : undefined;
}

function strategies(schema: Schema | undefined): readonly string[] {
  return schema?.['x-kubernetes-patch-strategy']?.split(',') ?? [];
}

function replaces(schema: Schema | undefined): boolean {
  return strategies(schema).includes('replace');
}

function mergesLists(schema: Schema | undefined): boolean {
  return strategies(schema).includes('merge');
}

interface ListChange {
  readonly before: JsonArray;
  readonly change: JsonArray;
  readonly remove: JsonArray | undefined;
  readonly order: JsonArray | undefined;
}

function mergeList(work: Work, place: Place, list: ListChange): JsonArray {
  const mergeKey = place.schema?.['x-kubernetes-patch-merge-key'];
  return mergeKey === undefined ? mergeScalars(list) : mergeItems(work, place, mergeKey, list);
}

function mergeScalars({ before, change, remove = [], order }: ListChange): JsonArray {
  const merged = [...new Set([...before, ...change])].filter((item) => !remove.includes(item));
  return order ? inElementOrder(merged, order, before, (item) => item) : merged;
}

function mergeItems(work: Work, place: Place, mergeKey: string, { before, change, order }: ListChange): JsonArray {
  const keyOf = (item: Json) => (isObject(item) ? own(item, mergeKey) : item);
  const items = change.filter(isObject);
  const plain = items.filter((item) => own(item, '$patch') !== 'replace');
  if (plain.length < items.length) return plain.map(withoutDirectives);
  let merged = [...before];
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) {
      work.problems.push(
        invalid(place.path, `map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`),
      );
    } else if (own(item, '$patch') === 'delete') {
      merged = merged.filter((other) => keyOf(other) !== key);
    } else {
      merged = withItem(work, place, merged, item, (other) => keyOf(other) === key);
    }
  }
  return order ? inElementOrder(merged, order.map(keyOf), before, keyOf) : merged;
}

function withItem(work: Work, place: Place, list: Json[], item: JsonObject, isSame: (other: Json) => boolean): Json[] {
  const at = list.findIndex(isSame);
  const existing = list[at];
  const schema = place.schema?.items && work.resolve(place.schema.items);
  const itemPlace: Place = { schema, path: `${place.path}[${Math.max(at, 0)}]`, depth: place.depth + 1 };
  const merged = mergeObject(work, itemPlace, isObject(existing) ? existing : {}, item);
  return at < 0 ? [...list, merged] : list.with(at, merged);
}
