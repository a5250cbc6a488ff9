/** The parts of an object that are the server's. */
import { deepEqual, isObject, type JsonObject, own } from '#objects/index.ts';
import type { Asked } from '../kinds/kind.ts';

/** What the server owns stays; the status is written only through its own path, and only the status there. */
export function keepIdentity(
  asked: Asked,
  before: JsonObject,
  wanted: JsonObject,
  subresource: string | undefined,
): JsonObject {
  const old = before.metadata as JsonObject;
  const sent = isObject(wanted.metadata) ? wanted.metadata : {};
  const fixed = {
    name: old.name,
    namespace: old.namespace,
    uid: old.uid,
    creationTimestamp: old.creationTimestamp,
    resourceVersion: old.resourceVersion,
    generation: old.generation,
    deletionTimestamp: old.deletionTimestamp,
    deletionGracePeriodSeconds: old.deletionGracePeriodSeconds,
  };
  const managedFields = own(sent, 'managedFields') ?? old.managedFields;
  if (subresource === 'status') {
    return { ...before, status: wanted.status, metadata: { ...old, managedFields } };
  }
  // Of a namespace: what keeps it, which nothing else may change.
  if (subresource === 'finalize') return { ...before, spec: wanted.spec };
  const metadata = { ...sent, ...fixed, managedFields };
  return { ...wanted, metadata, ...(asked.kind.hasStatus && { status: before.status }) };
}

export function withoutStatus(asked: Asked, body: JsonObject): JsonObject {
  if (!asked.kind.hasStatus) return body;
  const { status, ...rest } = body;
  return rest;
}

export function withGeneration(asked: Asked, after: JsonObject, before: JsonObject | undefined): JsonObject {
  if (!asked.kind.hasGeneration) return after;
  const metadata = after.metadata as JsonObject;
  if (!before) return { ...after, metadata: { ...metadata, generation: 1 } };
  const generation = Number((before.metadata as JsonObject).generation ?? 1);
  return { ...after, metadata: { ...metadata, generation: generation + (sameDesire(before, after) ? 0 : 1) } };
}

function sameDesire(before: JsonObject, after: JsonObject): boolean {
  const desire = ({ metadata, status, apiVersion, kind, ...rest }: JsonObject) => rest;
  return deepEqual(desire(before), desire(after));
}
