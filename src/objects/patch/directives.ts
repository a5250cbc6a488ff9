import { isArray, isObject, type Json, type JsonObject, objectOf, own } from '../json.ts';

export const DELETE_FROM = '$deleteFromPrimitiveList';
export const ORDER = '$setElementOrder';
export const RETAIN = '$retainKeys';

/** A key of a strategic merge patch that says how, not what. */
export function isDirective(key: string): boolean {
  return key === '$patch' || key === RETAIN || key.startsWith(`${DELETE_FROM}/`) || key.startsWith(`${ORDER}/`);
}

export function directiveOf(patch: JsonObject, name: string, key: string): Json | undefined {
  return own(patch, `${name}/${key}`);
}

/** The values that a patch sets where nothing was before: no directives, no `null`, no items to delete. */
export function withoutDirectives(value: Json): Json {
  if (isArray(value)) return value.filter((item) => !isDeletion(item)).map(withoutDirectives);
  if (!isObject(value)) return value;
  return objectOf(
    Object.entries(value)
      .filter(([key, child]) => !isDirective(key) && child !== null && child !== undefined)
      .map(([key, child]) => [key, withoutDirectives(child ?? null)]),
  );
}

function isDeletion(item: Json): boolean {
  return isObject(item) && own(item, '$patch') === 'delete';
}
