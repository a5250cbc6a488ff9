import { isObject, type JsonObject } from '../json.ts';
import type { Schema, SchemaLookup } from '../schema/schema.ts';
import { compare } from './compare.ts';
import { difference, EMPTY, union } from './field-set.ts';
import { isSameManager, type Manager, readManagers, resetsManagers, withTimes, writeManagers } from './managers.ts';
import { typedBy } from './structure.ts';
import { trackedPart, versionOf } from './tracked-parts.ts';

export interface TrackRequest {
  /** The stored object; absent: a create. */
  readonly before?: JsonObject | undefined;
  /** What is about to be stored, after defaults, admission and validation. */
  readonly after: JsonObject;
  /** `fieldManager` of the request, else the first part of its User-Agent. */
  readonly manager: string;
  readonly subresource?: string | undefined;
  /** Of the whole object, see {@link wholeObjectSchema}. */
  readonly schema: Schema;
  readonly lookup?: SchemaLookup | undefined;
  readonly time: string;
}

/**
 * `after` with managedFields for a create, update or patch: the manager owns what it changed, others own it no more.
 * An `after` whose managedFields are an empty list forgets the owners of before.
 */
export function trackUpdate({
  before,
  after,
  manager,
  subresource = '',
  time,
  schema,
  lookup,
}: TrackRequest): JsonObject {
  const known = managersBefore(before, after);
  const { changed, removed } = compare(before ? trackedPart(before) : {}, trackedPart(after), typedBy(schema, lookup));
  const none = { name: manager, operation: 'Update', apiVersion: versionOf(after), subresource, time } as const;
  const self = known.find((m) => isSameManager(m, { ...none, fields: EMPTY })) ?? { ...none, fields: EMPTY };
  const lost = union(changed, removed);
  const others = known.filter((m) => m !== self).map((m) => ({ ...m, fields: difference(m.fields, lost) }));
  const mine = { ...self, fields: difference(union(self.fields, changed), removed) };
  return writeManagers(after, withTimes(known, [...others, mine], time));
}

function managersBefore(before: JsonObject | undefined, after: JsonObject): readonly Manager[] {
  if (resetsManagers(after)) return [];
  const sent = readManagers(after);
  return sent.length > 0 && isObject(after.metadata) ? sent : readManagers(before);
}
