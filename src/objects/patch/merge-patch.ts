import { isObject, type Json, type JsonObject, objectOf, own } from '../json.ts';

/** RFC 7386: objects merge, `null` removes, everything else replaces. Parts that stay are shared with the target. */
export function applyMergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const before: JsonObject = isObject(target) ? target : {};
  const keys = new Set([...Object.keys(before), ...Object.keys(patch)]);
  return objectOf([...keys].map((key) => [key, merged(own(before, key), own(patch, key))]));
}

function merged(before: Json | undefined, change: Json | undefined): Json | undefined {
  if (change === undefined) return before;
  return change === null ? undefined : applyMergePatch(before, change);
}
