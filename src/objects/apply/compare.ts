import { deepEqual } from '../equal.ts';
import type { Json } from '../json.ts';
import { EMPTY, type FieldSet, LEAF, setOf, union } from './field-set.ts';
import { allPlaces, fieldsOfPart } from './fields-of.ts';
import { type Part, partsOf, type Typed } from './structure.ts';

export interface Change {
  /** Added, or with another value than before. */
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

const NOTHING: Change = { changed: EMPTY, removed: EMPTY };

/** What differs between two states of an object, by the fields that can be owned. The order of items is no difference. */
export function compare(before: Json, after: Json, type: Typed): Change {
  const old = partsOf(before, type);
  const now = partsOf(after, type);
  if (!old || !now || Array.isArray(before) !== Array.isArray(after)) return comparePieces(before, after, type);
  const elements = [...new Set([...old.keys(), ...now.keys()])];
  const changes = elements.map((e) => [e, comparePart(old.get(e), now.get(e))] as const);
  return {
    changed: setOf(
      false,
      changes.map(([e, { changed }]) => [e, changed] as const),
    ),
    removed: setOf(
      false,
      changes.map(([e, { removed }]) => [e, removed] as const),
    ),
  };
}

function comparePart(old: Part | undefined, now: Part | undefined): Change {
  if (old && now) return compare(old.value, now.value, now);
  if (now) return { changed: fieldsOfPart(now), removed: EMPTY };
  return old ? { changed: EMPTY, removed: allPlaces(old.value, old) } : NOTHING;
}

function comparePieces(before: Json, after: Json, type: Typed): Change {
  if (deepEqual(before, after)) return NOTHING;
  const gone = { ...allPlaces(before, type), member: false };
  const come = { ...allPlaces(after, type), member: false };
  return { changed: union(LEAF, come), removed: gone };
}
