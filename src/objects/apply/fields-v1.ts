import { canonical } from '../equal.ts';
import { isObject, type Json, type JsonObject, objectOf } from '../json.ts';
import { MAX_DEPTH } from '../schema/schema.ts';
import { EMPTY, type FieldSet, LEAF, setOf } from './field-set.ts';

/** Sets as managedFields stores them: `{"f:spec": {"f:ports": {"k:{\"port\":80}": {".": {}, "f:name": {}}}}}`. */
export function toFieldsV1(set: FieldSet): JsonObject {
  const self: readonly (readonly [string, Json])[] = set.member && set.children.size > 0 ? [['.', {}]] : [];
  const children = [...set.children].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return objectOf([...self, ...children.map(([element, child]) => [element, toFieldsV1(child)] as const)]);
}

/** Elements that cannot be read are left out: managedFields can be written by anyone. */
export function fromFieldsV1(fields: Json | undefined): FieldSet {
  return isObject(fields) ? childrenOf(fields, false, 0) : EMPTY;
}

function childrenOf(fields: JsonObject, member: boolean, depth: number): FieldSet {
  const entries = depth > MAX_DEPTH ? [] : Object.entries(fields);
  return setOf(
    member || Object.hasOwn(fields, '.'),
    entries.flatMap(([text, value]) => {
      const element = readElement(text);
      return element && isObject(value) ? [[element, nodeOf(value, depth + 1)] as const] : [];
    }),
  );
}

function nodeOf(fields: JsonObject, depth: number): FieldSet {
  return Object.keys(fields).length === 0 ? LEAF : childrenOf(fields, false, depth);
}

function readElement(text: string): string | undefined {
  if (text.startsWith('f:') || text.startsWith('i:')) return text;
  if (!text.startsWith('k:') && !text.startsWith('v:')) return undefined;
  try {
    return text.slice(0, 2) + canonical(JSON.parse(text.slice(2)));
  } catch {
    return undefined;
  }
}

/** A path as conflicts show it: `.spec.containers[name="web"].image`. */
export function pathText(path: readonly string[]): string {
  return path.map(elementText).join('');
}

function elementText(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('i:')) return `[${rest}]`;
  if (element.startsWith('v:')) return `[=${rest}]`;
  const keys: JsonObject = JSON.parse(rest);
  return `[${Object.entries(keys)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')}]`;
}
