import { isArray, isObject, type Json, objectOf } from '../json.ts';
import { type FieldSet, isEmpty } from './field-set.ts';
import { elementOf, listKind, partsOf, type Typed, typeOfItems } from './structure.ts';

/** The value without the members of the set, each with all that it holds. */
export function removeFields(value: Json, set: FieldSet, type: Typed): Json {
  const parts = isEmpty(set) ? undefined : partsOf(value, type);
  if (!parts) return value;
  const without = (element: string, child: Json, childType: Typed | undefined): Json | undefined => {
    const gone = set.children.get(element);
    if (!gone || !childType) return child;
    return gone.member ? undefined : removeFields(child, gone, childType);
  };
  if (isObject(value)) {
    return objectOf(
      Object.entries(value).map(([key, child]) => [
        key,
        child === undefined ? child : without(`f:${key}`, child, parts.get(`f:${key}`)),
      ]),
    );
  }
  const list = listKind(type);
  if (!isArray(value) || list === 'atomic') return value;
  const items = typeOfItems(type);
  return value.map((item) => without(elementOf(item, list, items), item, items)).filter((item) => item !== undefined);
}
