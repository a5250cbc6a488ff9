/** How a value is made up for ownership: what merges, what is one piece. Comes from the schema, else from the value. */
import { canonical } from '../equal.ts';
import { isArray, isObject, type Json, type JsonArray, type JsonObject, objectOf, own } from '../json.ts';
import { childSchema } from '../schema/child-schema.ts';
import { type Resolve, resolverOf } from '../schema/resolve.ts';
import type { Schema, SchemaLookup } from '../schema/schema.ts';

/** A place in an object with its schema, if that is known. */
export interface Typed {
  readonly schema: Schema | undefined;
  readonly resolve: Resolve;
}

export function typedBy(schema: Schema, lookup: SchemaLookup | undefined): Typed {
  const resolve = resolverOf(lookup);
  return { schema: resolve(schema), resolve };
}

/** Parts that are owned one by one, by path element in order; undefined for a scalar and for what is atomic. */
export type Parts = ReadonlyMap<string, Part>;

export interface Part extends Typed {
  readonly value: Json;
  /** Owned itself, beside what is inside it: a list item, an entry of a map, as opposed to a field of a struct. */
  readonly isItem: boolean;
}

export function partsOf(value: Json | undefined, type: Typed): Parts | undefined {
  if (isObject(value)) return isAtomicMap(type) ? undefined : fieldsOf(value, type);
  if (!isArray(value)) return undefined;
  const list = listKind(type);
  return list === 'atomic' ? undefined : itemsOf(value, list, typeOfItems(type));
}

function isAtomicMap({ schema }: Typed): boolean {
  return schema?.['x-kubernetes-map-type'] === 'atomic';
}

function fieldsOf(value: JsonObject, { schema, resolve }: Typed): Parts {
  const parts = new Map<string, Part>();
  for (const [key, child] of Object.entries(value)) {
    if (child === undefined) continue;
    const isItem = !(schema?.properties && Object.hasOwn(schema.properties, key));
    const unresolved = schema && childSchema(schema, key);
    parts.set(`f:${key}`, { value: child, schema: unresolved && resolve(unresolved), resolve, isItem });
  }
  return parts;
}

export type ListKind = 'atomic' | 'set' | { readonly keys: readonly string[] };

export function listKind({ schema }: Typed): ListKind {
  const type = schema?.['x-kubernetes-list-type'];
  const keys = schema?.['x-kubernetes-list-map-keys'];
  if (type === 'map' && keys?.length) return { keys };
  return type === 'set' ? 'set' : 'atomic';
}

export function typeOfItems({ schema, resolve }: Typed): Typed {
  return { schema: schema?.items && resolve(schema.items), resolve };
}

function itemsOf(items: JsonArray, list: Exclude<ListKind, 'atomic'>, type: Typed): Parts {
  const parts = new Map<string, Part>();
  for (const value of items) {
    const element = elementOf(value, list, type);
    if (!parts.has(element)) parts.set(element, { value, ...type, isItem: true });
  }
  return parts;
}

/** `v:"x"`, or `k:{"port":80,"protocol":"TCP"}` with the defaults of keys that are absent. */
export function elementOf(item: Json, list: Exclude<ListKind, 'atomic'>, type: Typed): string {
  if (list === 'set' || !isObject(item)) return `v:${canonical(item)}`;
  return `k:${canonical(objectOf(list.keys.map((key) => [key, keyValue(item, key, type)])))}`;
}

export function keyValue(item: JsonObject, key: string, { schema, resolve }: Typed): Json | undefined {
  const field = schema && childSchema(schema, key);
  return own(item, key) ?? (field && resolve(field).default);
}
