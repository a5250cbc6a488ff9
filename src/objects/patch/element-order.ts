import type { Json, JsonArray } from '../json.ts';

/**
 * `$setElementOrder`: items that the order names come in that order. Items it does not name (others added them) stay
 * before the named one that they were before.
 *
 * @param before the list before the patch
 */
export function inElementOrder(
  items: JsonArray,
  order: readonly (Json | undefined)[],
  before: JsonArray,
  keyOf: (item: Json) => Json | undefined,
): JsonArray {
  const rank = (item: Json) => order.indexOf(keyOf(item));
  const beforeKeys = before.map(keyOf);
  const wasAt = (item: Json | undefined) => (item === undefined ? -1 : beforeKeys.indexOf(keyOf(item)));
  const named = items.filter((item) => rank(item) >= 0).toSorted((a, b) => rank(a) - rank(b));
  const others = items.filter((item) => rank(item) < 0);
  const result: Json[] = [];
  for (const item of named) {
    while (others.length > 0 && wasAt(item) >= 0 && wasAt(others[0]) < wasAt(item)) result.push(...others.splice(0, 1));
    result.push(item);
  }
  return [...result, ...others];
}
