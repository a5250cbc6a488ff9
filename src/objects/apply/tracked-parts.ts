import { isArray, isObject, type Json, type JsonObject, objectOf, own } from '../json.ts';

/** Fields of metadata that the server owns or that say which object is meant: nobody manages them. */
const UNTRACKED = new Set([
  'name',
  'namespace',
  'generateName',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'uid',
  'generation',
  'managedFields',
  'resourceVersion',
]);

/** The part of an object that is owned by managers. */
export function trackedPart(object: JsonObject): JsonObject {
  const metadata = own(object, 'metadata');
  const tracked = isObject(metadata) ? Object.entries(metadata).filter(([key]) => !UNTRACKED.has(key)) : [];
  return objectOf(
    Object.entries(object)
      .filter(([key]) => key !== 'apiVersion' && key !== 'kind')
      .map(([key, value]) => [key, key === 'metadata' ? nonEmpty(objectOf(tracked)) : value]),
  );
}

function nonEmpty(object: JsonObject): JsonObject | undefined {
  return Object.keys(object).length > 0 ? object : undefined;
}

/** `tracked` with what {@link trackedPart} left out of these objects, the first that has it. */
export function withUntracked(tracked: JsonObject, ...sources: readonly JsonObject[]): JsonObject {
  const first = (pick: (source: JsonObject) => Json | undefined) =>
    sources.map(pick).find((value) => value !== undefined);
  const inMetadata = (object: JsonObject, key: string) => {
    const metadata = own(object, 'metadata');
    return isObject(metadata) ? own(metadata, key) : undefined;
  };
  const { metadata, ...rest } = tracked;
  const identity = [...UNTRACKED].map((key) => [key, first((source) => inMetadata(source, key))] as const);
  return objectOf([
    ['apiVersion', first((source) => own(source, 'apiVersion'))],
    ['kind', first((source) => own(source, 'kind'))],
    ['metadata', objectOf([...identity, ...(isObject(metadata) ? Object.entries(metadata) : [])])],
    ...Object.entries(rest),
  ]);
}

/** A `null` in what is applied means "not applied". */
export function withoutNulls(value: Json): Json {
  if (isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  return objectOf(
    Object.entries(value).map(([key, child]) => [
      key,
      child === null || child === undefined ? undefined : withoutNulls(child),
    ]),
  );
}

export function versionOf(object: JsonObject): string {
  const version = own(object, 'apiVersion');
  return typeof version === 'string' ? version : '';
}
