import { fieldPath, indexPath } from '../field-path.ts';
import { isArray, isObject, type Json, type JsonArray } from '../json.ts';
import { invalid, type Problem } from '../problem.ts';
import { MAX_DEPTH } from '../schema/schema.ts';
import { elementOf, keyValue, type ListKind, listKind, partsOf, type Typed, typeOfItems } from './structure.ts';

/** Lists that merge need items that can be told apart: keys present, none twice. */
export function checkApplied(value: Json, type: Typed, path = '', depth = 0): Problem[] {
  if (depth > MAX_DEPTH) return [invalid(path, `nested deeper than ${MAX_DEPTH} levels`)];
  const list = listKind(type);
  if (isArray(value)) return list === 'atomic' ? [] : checkItems(value, list, typeOfItems(type), path, depth);
  return [...(partsOf(value, type) ?? [])].flatMap(([element, part]) =>
    checkApplied(part.value, part, fieldPath(path, element.slice(2)), depth + 1),
  );
}

function checkItems(
  items: JsonArray,
  list: Exclude<ListKind, 'atomic'>,
  type: Typed,
  path: string,
  depth: number,
): Problem[] {
  const seen = new Set<string>();
  return items.flatMap((item, i) => {
    const missing = missingKey(item, list, type);
    if (missing !== undefined) {
      const what = `associative list with keys has an element that omits key field "${missing}" (and doesn't have default value)`;
      return [invalid(path, `element ${i}: ${what}`)];
    }
    const element = elementOf(item, list, type);
    if (seen.has(element)) return [invalid(path, `duplicate entries for key ${element.slice(2)}`)];
    seen.add(element);
    return checkApplied(item, type, indexPath(path, i), depth + 1);
  });
}

function missingKey(item: Json, list: Exclude<ListKind, 'atomic'>, type: Typed): string | undefined {
  if (list === 'set') return undefined;
  return isObject(item) ? list.keys.find((key) => keyValue(item, key, type) === undefined) : list.keys[0];
}
