import { isArray, isObject, type Json, type JsonArray, type JsonObject, objectOf } from '../json.ts';
import { elementOf, type ListKind, listKind, type Part, partsOf, type Typed, typeOfItems } from './structure.ts';

/** The live object with what a manager applied laid over it: maps merge, lists as their schema says, the rest is replaced. */
export function mergeApplied(live: Json, applied: Json, type: Typed): Json {
  const old = partsOf(live, type);
  const now = partsOf(applied, type);
  if (!old || !now) return applied;
  if (isObject(live) && isObject(applied)) return mergeFields(live, old, now);
  const list = listKind(type);
  if (!isArray(live) || !isArray(applied) || list === 'atomic') return applied;
  return mergeItems(live, applied, list, typeOfItems(type));
}

function mergeFields(live: JsonObject, old: ReadonlyMap<string, Part>, now: ReadonlyMap<string, Part>): JsonObject {
  const kept = Object.entries(live).map(([key, value]) => [key, mergedPart(value, now.get(`f:${key}`))] as const);
  const added = [...now].filter(([element]) => !old.has(element));
  return objectOf([...kept, ...added.map(([element, part]) => [element.slice(2), part.value] as const)]);
}

function mergedPart(live: Json | undefined, applied: Part | undefined): Json | undefined {
  if (!applied) return live;
  return live === undefined ? applied.value : mergeApplied(live, applied.value, applied);
}

/** Applied items come in their own order; the others stay before the applied item that they were before. */
function mergeItems(live: JsonArray, applied: JsonArray, list: Exclude<ListKind, 'atomic'>, type: Typed): JsonArray {
  const wanted = new Set(applied.map((item) => elementOf(item, list, type)));
  const waiting = live.map((value) => ({ value, element: elementOf(value, list, type) }));
  const result: Json[] = [];
  for (const item of applied) {
    const element = elementOf(item, list, type);
    const at = waiting.findIndex((other) => other.element === element);
    const existing = waiting[at];
    const others = waiting.slice(0, Math.max(at, 0)).filter((other) => !wanted.has(other.element));
    result.push(...others.map(({ value }) => value));
    result.push(existing ? mergeApplied(existing.value, item, type) : item);
    for (const done of [...others, existing]) if (done) waiting.splice(waiting.indexOf(done), 1);
  }
  return [...result, ...waiting.filter(({ element }) => !wanted.has(element)).map(({ value }) => value)];
}
