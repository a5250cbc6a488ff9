import { isArray, isObject, type Json, type JsonObject, objectOf, own, withKey } from '../json.ts';
import { EMPTY, type FieldSet, isEmpty, isSameSet } from './field-set.ts';
import { fromFieldsV1, toFieldsV1 } from './fields-v1.ts';

/** One entry of `metadata.managedFields`. */
export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** Empty for the object itself. */
  readonly subresource: string;
  /** RFC 3339, of the last change of the set. */
  readonly time: string;
  readonly fields: FieldSet;
}

export function readManagers(object: JsonObject | undefined): readonly Manager[] {
  const entries = managedFieldsOf(object);
  return isArray(entries) ? entries.filter(isObject).map(readManager).filter(isKnown) : [];
}

function managedFieldsOf(object: JsonObject | undefined): Json | undefined {
  const metadata = object && own(object, 'metadata');
  return isObject(metadata) ? own(metadata, 'managedFields') : undefined;
}

function readManager(entry: JsonObject): Manager {
  const text = (key: string) => {
    const value = own(entry, key);
    return typeof value === 'string' ? value : '';
  };
  return {
    name: text('manager'),
    operation: text('operation') === 'Apply' ? 'Apply' : 'Update',
    apiVersion: text('apiVersion'),
    subresource: text('subresource'),
    time: text('time'),
    fields: text('fieldsType') === 'FieldsV1' ? fromFieldsV1(own(entry, 'fieldsV1')) : EMPTY,
  };
}

function isKnown({ fields }: Manager): boolean {
  return !isEmpty(fields);
}

/** Whether a writer asks to forget who owns what: an empty list, or one empty entry. */
export function resetsManagers(object: JsonObject): boolean {
  const entries = managedFieldsOf(object);
  if (!isArray(entries)) return false;
  const [first, second] = entries;
  return entries.length === 0 || (second === undefined && isObject(first) && Object.keys(first).length === 0);
}

/** The same entry, whatever it owns. An applier stays the same when it moves to another version. */
export function isSameManager(a: Manager, b: Manager): boolean {
  const isSameVersion = a.operation === 'Apply' || a.apiVersion === b.apiVersion;
  return a.name === b.name && a.operation === b.operation && a.subresource === b.subresource && isSameVersion;
}

/** Managers after a write at `time`: sets that did not change keep the time they have, those that own nothing go. */
export function withTimes(before: readonly Manager[], after: readonly Manager[], time: string): readonly Manager[] {
  return after.filter(isKnown).map((manager) => {
    const old = before.find((other) => isSameManager(other, manager));
    const isUnchanged = old && old.apiVersion === manager.apiVersion && isSameSet(old.fields, manager.fields);
    return { ...manager, time: isUnchanged ? old.time : time };
  });
}

/** The object with its managers written down; without the field when there are none. */
export function writeManagers(object: JsonObject, managers: readonly Manager[]): JsonObject {
  const metadata = own(object, 'metadata');
  const entries = managers.toSorted(byOrder).map(writeManager);
  const managedFields = entries.length > 0 ? entries : undefined;
  return withKey(object, 'metadata', withKey(isObject(metadata) ? metadata : {}, 'managedFields', managedFields));
}

function writeManager({ name, operation, apiVersion, subresource, time, fields }: Manager): JsonObject {
  return objectOf([
    ['manager', name],
    ['operation', operation],
    ['apiVersion', apiVersion],
    ['time', time || undefined],
    ['fieldsType', 'FieldsV1'],
    ['fieldsV1', toFieldsV1(fields)],
    ['subresource', subresource || undefined],
  ]);
}

function byOrder(a: Manager, b: Manager): number {
  const order = (m: Manager) => [m.operation, m.time, m.apiVersion, m.name, m.subresource].join('\0');
  return order(a) < order(b) ? -1 : 1;
}
