import type { Json } from './json.ts';

/** JSON values: order of keys does not matter, a key that is `undefined` is absent. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => deepEqual(item, b[i]));
  if (!isRecord(a) || !isRecord(b) || Array.isArray(b)) return false;
  return keysOf(a).length === keysOf(b).length && keysOf(a).every((k) => Object.hasOwn(b, k) && deepEqual(a[k], b[k]));
}

/** A deep copy of JSON; keys named `__proto__` stay ordinary keys, `undefined` keys are dropped. */
export function clone<T>(value: T): T {
  if (Array.isArray(value)) return value.map(clone) as T;
  if (!isRecord(value)) return value;
  return Object.fromEntries(keysOf(value).map((key) => [key, clone(value[key])])) as T;
}

/** One text for all values that are equal: keys sorted, no spaces. */
export function canonical(value: Json | undefined): string {
  return JSON.stringify(sorted(value)) ?? 'null';
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    keysOf(value)
      .toSorted()
      .map((key) => [key, sorted(value[key])]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function keysOf(value: Record<string, unknown>): string[] {
  return Object.keys(value).filter((key) => value[key] !== undefined);
}
