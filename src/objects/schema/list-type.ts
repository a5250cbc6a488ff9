import { canonical } from '../equal.ts';
import { indexPath } from '../field-path.ts';
import { isObject, type Json, type JsonArray, objectOf, own } from '../json.ts';
import type { Problem } from '../problem.ts';
import type { Schema } from './schema.ts';

/** No two equal items in a set, no two items with the same keys in a map. */
export function checkListType(schema: Schema, items: JsonArray, path: string): Problem[] {
  const listType = schema['x-kubernetes-list-type'];
  if (listType === 'set') return duplicates(items, path);
  if (listType !== 'map') return [];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const defaults = schema.items?.properties ?? {};
  return duplicates(
    items.map((item) => (isObject(item) ? objectOf(keys.map((k) => [k, own(item, k) ?? defaults[k]?.default])) : item)),
    path,
  );
}

function duplicates(identities: JsonArray, path: string): Problem[] {
  const seen = new Set<string>();
  return identities.flatMap((identity: Json, i): Problem[] => {
    const text = canonical(identity);
    if (seen.has(text)) {
      return [{ path: indexPath(path, i), reason: 'FieldValueDuplicate', message: `Duplicate value: ${text}` }];
    }
    seen.add(text);
    return [];
  });
}
