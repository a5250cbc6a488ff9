/** An object as one rule's overriders make it, in Karmada's order: image, command, args, labels, annotations, fields, plaintext. Pure. */
import { applyJsonPatch, type Json, type JsonObject } from '#objects/index.ts';
import { parse, stringify } from 'yaml';
import type {
  CommandOverrider,
  FieldOverrider,
  ImageOverrider,
  LabelOverrider,
  Overriders,
  TextOverrider,
} from '../types.ts';
import { overrideImage } from './override-image.ts';
import { containersPath, valueAt } from './paths.ts';

/** One operation of a JSON patch. */
interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
}

/** @throws Error saying which operation cannot be done; nothing is half-done then */
export function applyOverriders(object: JsonObject, overriders: Overriders): JsonObject {
  const steps: ((now: JsonObject) => readonly Operation[])[] = [
    ...(overriders.imageOverrider ?? []).map((it) => (now: JsonObject) => imageOperations(now, it)),
    ...(overriders.commandOverrider ?? []).map((it) => (now: JsonObject) => listOperations(now, 'command', it)),
    ...(overriders.argsOverrider ?? []).map((it) => (now: JsonObject) => listOperations(now, 'args', it)),
    ...(overriders.labelsOverrider ?? []).map((it) => (now: JsonObject) => mapOperations(now, 'labels', it)),
    ...(overriders.annotationsOverrider ?? []).map((it) => (now: JsonObject) => mapOperations(now, 'annotations', it)),
    ...(overriders.fieldOverrider ?? []).map((it) => (now: JsonObject) => fieldOperations(now, it)),
    () => (overriders.plaintext ?? []).map(operationOf),
  ];
  return steps.reduce((now, step) => patched(now, step(now)), object);
}

function patched<T extends Json>(document: T, operations: readonly Operation[]): T {
  const result = applyJsonPatch(document, operations as unknown as Json);
  if (!result.ok) throw new Error(result.problems.map(({ path, message }) => `${path}: ${message}`).join('; '));
  return result.value as T;
}

function operationOf({ path, operator, value }: TextOverrider): Operation {
  return { op: operator, path, ...(operator === 'remove' ? {} : { value }) };
}

function imageOperations(object: JsonObject, overrider: ImageOverrider): Operation[] {
  const base = containersPath(object);
  const count = base === undefined ? 0 : ((valueAt(object, base) as readonly unknown[] | undefined) ?? []).length;
  const paths = overrider.predicate
    ? [overrider.predicate.path]
    : Array.from({ length: count }, (_, i) => `${base}/${i}/image`);
  return paths.map((path) => {
    const image = valueAt(object, path);
    if (typeof image !== 'string') throw new Error(`${path}: is no image`);
    return { op: 'replace', path, value: overrideImage(image, overrider) };
  });
}

function listOperations(object: JsonObject, field: string, { containerName, operator, value = [] }: CommandOverrider) {
  const base = containersPath(object);
  if (base === undefined) return [];
  const containers = (valueAt(object, base) ?? []) as readonly {
    readonly name?: string;
    readonly [field: string]: unknown;
  }[];
  return containers.flatMap((container, i): Operation[] => {
    if (container.name !== containerName) return [];
    const now = (container[field] ?? []) as readonly string[];
    const next = operator === 'add' ? [...now, ...value] : now.filter((word) => !value.includes(word));
    return [{ op: 'add', path: `${base}/${i}/${field}`, value: next }];
  });
}

/** What is not there is neither replaced nor removed. */
function mapOperations(object: JsonObject, field: 'labels' | 'annotations', { operator, value = {} }: LabelOverrider) {
  const now = (valueAt(object, `/metadata/${field}`) ?? {}) as Readonly<Record<string, string>>;
  const concerned = Object.entries(value).filter(([key]) => operator === 'add' || Object.hasOwn(now, key));
  const kept = Object.entries(now).filter(([key]) => operator !== 'remove' || !Object.hasOwn(value, key));
  const next = Object.fromEntries([...kept, ...(operator === 'remove' ? [] : concerned)]);
  return [{ op: 'add', path: `/metadata/${field}`, value: next }];
}

/** A field that holds JSON or YAML as text, such as one of a ConfigMap. */
function fieldOperations(object: JsonObject, { fieldPath, json = [], yaml = [] }: FieldOverrider): Operation[] {
  const text = valueAt(object, fieldPath);
  if (typeof text !== 'string') throw new Error(`${fieldPath}: is no text`);
  const inside = (rules: FieldOverrider['json']) =>
    (rules ?? []).map(({ subPath, ...rest }) => operationOf({ ...rest, path: subPath }));
  const isJson = json.length > 0;
  const document = (isJson ? JSON.parse(text) : parse(text)) as Json;
  const next = patched(document, inside(isJson ? json : yaml));
  return [{ op: 'replace', path: fieldPath, value: isJson ? JSON.stringify(next) : stringify(next) }];
}
