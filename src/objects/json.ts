/** What JSON can say, as types. An absent property and one that is `undefined` mean the same. */
export type Json = null | boolean | number | string | JsonArray | JsonObject;
export type JsonArray = readonly Json[];
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What somebody else wrote, as an object; whatever else it is counts as an empty one. */
export function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

export function isArray(value: unknown): value is JsonArray {
  return Array.isArray(value);
}

/**
 * A typed object seen as plain JSON, without a copy. TypeScript cannot see that an interface such as {@link KubeObject}
 * holds only JSON; whoever builds one promises it.
 */
export function asJson(object: object): JsonObject {
  return object as JsonObject;
}

/** Own property only: a key such as `__proto__` or `constructor` never reaches the prototype. */
export function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** For messages and keys: a text as it is, nothing for an absent value, anything else as JSON. */
export function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A plain object of these entries; `__proto__` becomes an ordinary key, and `undefined` values are left out. */
export function objectOf(entries: Iterable<readonly [string, Json | undefined]>): JsonObject {
  const kept: (readonly [string, Json])[] = [];
  for (const [key, value] of entries) if (value !== undefined) kept.push([key, value]);
  return Object.fromEntries(kept);
}

/** The object with one key set, or without it when the value is `undefined`; the others keep their order. */
export function withKey(object: JsonObject, key: string, value: Json | undefined): JsonObject {
  if (Object.hasOwn(object, key)) return objectOf(Object.entries(object).map(([k, v]) => [k, k === key ? value : v]));
  return objectOf([...Object.entries(object), [key, value]]);
}

/** Whether a value nests deeper than `levels`. Walks without recursion: ask before anything that recurses sees a stranger's body. */
export function isDeeperThan(value: Json, levels: number): boolean {
  let layer: (Json | undefined)[] = [value];
  for (let depth = 0; layer.length > 0; depth += 1) {
    if (depth > levels) return true;
    layer = layer.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return false;
}
