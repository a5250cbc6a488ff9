import type { Json } from '../json.ts';
import { type FieldSet, LEAF, setOf } from './field-set.ts';
import { type Part, partsOf, type Typed } from './structure.ts';

/** The fields that a value sets: its leaves, list items and map entries. What is empty is a leaf, so that applying it again changes nothing. */
export function fieldsOf(value: Json, type: Typed): FieldSet {
  const parts = partsOf(value, type);
  if (!parts || parts.size === 0) return LEAF;
  return setOf(
    false,
    [...parts].map(([element, part]) => [element, fieldsOfPart(part)] as const),
  );
}

export function fieldsOfPart(part: Part): FieldSet {
  const inside = fieldsOf(part.value, part);
  return part.isItem ? { ...inside, member: true } : inside;
}

/** Every place of a value, also the ones that only hold others. */
export function allPlaces(value: Json, type: Typed): FieldSet {
  const parts = partsOf(value, type) ?? new Map<string, Part>();
  return setOf(
    true,
    [...parts].map(([element, part]) => [element, allPlaces(part.value, part)] as const),
  );
}
