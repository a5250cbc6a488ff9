/**
 * Every change goes through here: an object is pruned, given defaults, prepared by the kind's own rules, checked, marked with who
 * owns which field, and stored. Nothing is stored by halves.
 */
import { type Clock, timestamp } from '#kit/index.ts';
import {
  applyDefaults,
  apiVersionOf,
  asJson,
  deepEqual,
  isDeeperThan,
  isObject,
  type JsonObject,
  type KubeObject,
  MAX_DEPTH,
  own,
  type Problem,
  prune,
  type Store,
  type StoreEvent,
  storeResource,
  trackUpdate,
  validate,
  type WriteOutcome,
} from '#objects/index.ts';
import {
  alreadyExists,
  badRequest,
  conflict,
  forbidden,
  invalidObject,
  MODIFIED,
  notFound,
} from '../http/api-error.ts';
import type { Asked } from '../kinds/kind.ts';
import { checkLabels, checkName } from './names.ts';
import type { Rules } from './rules.ts';
import type { DeleteRequest, ObjectRef, WriteRequest } from './request.ts';

export interface WriterOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly newUid: () => string;
  readonly rules: Rules;
}

export interface Deleted {
  readonly object: KubeObject;
  /** False: it stays until its finalizers, or its kubelet, let it go. */
  readonly gone: boolean;
}

export interface Writer {
  create(asked: Asked, namespace: string | undefined, body: JsonObject, request: WriteRequest): KubeObject;
  /** `change` is called with the stored object and returns what it should become. */
  update(asked: Asked, ref: ObjectRef, request: WriteRequest, change: (before: JsonObject) => JsonObject): KubeObject;
  remove(asked: Asked, ref: ObjectRef, request: DeleteRequest): Deleted;
  /** Removes at once what was marked for deletion, whatever its finalizers say: a duty has done their work. */
  purge(asked: Asked, object: KubeObject): void;
  /** Called after each stored change, before the request is answered. */
  onWrite(listener: (event: Pick<StoreEvent, 'type' | 'object'> & { readonly asked: Asked }) => void): void;
}

export function createWriter({ store, clock, newUid, rules }: WriterOptions): Writer {
  const listeners: Parameters<Writer['onWrite']>[0][] = [];
  const tell: Parameters<Writer['onWrite']>[0] = (event) => {
    for (const listener of listeners) listener(event);
  };

  function create(asked: Asked, namespace: string | undefined, body: JsonObject, request: WriteRequest): KubeObject {
    const sent = checkedBody(asked, body);
    const metadata = firstMetadata(asked, sent, namespace);
    checkNamespace(asked, namespace, metadata.name as string);
    const named = withoutStatus(asked, { ...sent, metadata });
    const object = finish(asked, named, undefined, request);
    if (request.dryRun) return object;
    const outcome = store.create(keyOf(asked, object.metadata), object);
    if (outcome.outcome === 'exists') throw alreadyExists(asked.type, object.metadata.name);
    return told('ADDED', asked, outcome);
  }

  function update(
    asked: Asked,
    ref: ObjectRef,
    request: WriteRequest,
    change: (before: JsonObject) => JsonObject,
  ): KubeObject {
    const stored = store.get(keyOf(asked, ref));
    if (!stored) throw notFound(asked.type, ref.name);
    const before = asJson(inVersion(asked, stored));
    const wanted = checkedBody(asked, change(before));
    checkVersion(asked, wanted, stored);
    const kept = keepIdentity(asked, before, wanted, request.subresource);
    if (deepEqual(kept, before)) return stored;
    const object = finish(asked, kept, before, request);
    if (request.dryRun) return object;
    if (isLetGo(object)) return removeNow(asked, object);
    const outcome = store.update(keyOf(asked, ref), object, Number(stored.metadata.resourceVersion));
    return told('MODIFIED', asked, outcome);
  }

  function remove(asked: Asked, ref: ObjectRef, request: DeleteRequest): Deleted {
    const stored = store.get(keyOf(asked, ref));
    if (!stored) throw notFound(asked.type, ref.name);
    checkPreconditions(asked, stored, request);
    const marked = rules.beforeDelete(asked, stored, request, clock);
    if (request.dryRun) return { object: marked ?? stored, gone: !marked };
    if (!marked) return { object: removeNow(asked, stored), gone: true };
    const outcome = store.update(keyOf(asked, ref), marked);
    return { object: told('MODIFIED', asked, outcome), gone: false };
  }

  function removeNow(asked: Asked, object: KubeObject): KubeObject {
    return told('DELETED', asked, store.delete(keyOf(asked, object.metadata)));
  }

  function told(type: StoreEvent['type'], asked: Asked, outcome: WriteOutcome): KubeObject {
    if (outcome.outcome !== 'ok') throw conflict(asked.type, '', MODIFIED);
    if (outcome.changed) tell({ type, asked, object: outcome.object });
    return outcome.object;
  }

  function finish(
    asked: Asked,
    candidate: JsonObject,
    before: JsonObject | undefined,
    request: WriteRequest,
  ): KubeObject {
    const { schema } = asked.version;
    const { lookup } = asked.kind;
    const { value, pruned } = prune(schema, candidate, lookup);
    reportUnknown(asked, pruned, request);
    const defaulted = rules.prepare(asked, applyDefaults(schema, value, lookup), before, request.subresource);
    const counted = withGeneration(asked, defaulted, before);
    const { name = '', labels } = counted.metadata as unknown as KubeObject['metadata'];
    const problems: Problem[] = [
      ...checkName(asked.type.plural, asked.type.group, name),
      ...checkLabels(labels),
      ...validate(schema, counted, lookup),
      ...rules.check(asked, counted, before),
    ];
    if (problems.length > 0) throw invalidObject(asked.type.kind, asked.type.group, name, problems);
    const owned = managed(asked, counted, before, request);
    return { ...owned, apiVersion: apiVersionOf(asked.kind.type) } as unknown as KubeObject;
  }

  /** A server-side apply has written the owners already. */
  function managed(asked: Asked, after: JsonObject, before: JsonObject | undefined, request: WriteRequest): JsonObject {
    if (request.manager === APPLIED) return after;
    return trackUpdate({
      before,
      after,
      manager: request.manager,
      subresource: request.subresource,
      schema: asked.version.schema,
      lookup: asked.kind.lookup,
      time: timestamp(clock),
    });
  }

  function firstMetadata(asked: Asked, body: JsonObject, namespace: string | undefined): JsonObject {
    const sent = isObject(body.metadata) ? body.metadata : {};
    const { resourceVersion, deletionTimestamp, deletionGracePeriodSeconds, selfLink, ...kept } = sent;
    if (resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created');
    if (sent.namespace && namespace && sent.namespace !== namespace) {
      throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
    }
    const name = sent.name || (sent.generateName ? `${String(sent.generateName)}${suffix()}` : '');
    if (!name) {
      const problem = {
        path: 'metadata.name',
        reason: 'FieldValueRequired',
        message: 'Required value: name or generateName is required',
      } as const;
      throw invalidObject(asked.type.kind, asked.type.group, '', [problem]);
    }
    return {
      ...kept,
      name,
      ...(asked.type.namespaced ? { namespace: namespace ?? 'default' } : { namespace: undefined }),
      uid: newUid(),
      creationTimestamp: timestamp(clock),
    };
  }

  function suffix(): string {
    const letters = 'bcdfghjklmnpqrstvwxz2456789';
    return Array.from({ length: 5 }, () => letters[Math.floor(clock.random() * letters.length)]).join('');
  }

  function checkNamespace(asked: Asked, namespace: string | undefined, name: string): void {
    if (!asked.type.namespaced || !namespace) return;
    const found = store.get({ resource: 'namespaces', name: namespace });
    if (!found) throw notFound({ plural: 'namespaces', group: '' }, namespace);
    if (found.metadata.deletionTimestamp) {
      throw forbidden(
        asked.type,
        name,
        `unable to create new content in namespace ${namespace} because it is being terminated`,
      );
    }
  }

  return {
    create,
    update,
    remove,
    purge: (asked, object) => void removeNow(asked, object),
    onWrite: (listener) => void listeners.push(listener),
  };
}

/** As a manager: the owners are in the object already. */
export const APPLIED = '\0applied';

export function keyOf(asked: Pick<Asked, 'type'>, { namespace, name }: ObjectRef) {
  return { resource: storeResource(asked.type), ...(asked.type.namespaced && { namespace }), name };
}

/** The stored object as the version asked for shows it. */
export function inVersion({ type }: Pick<Asked, 'type'>, object: KubeObject): KubeObject {
  const apiVersion = apiVersionOf(type);
  return object.apiVersion === apiVersion && object.kind === type.kind
    ? object
    : { ...object, apiVersion, kind: type.kind };
}

function checkedBody(asked: Asked, body: JsonObject): JsonObject {
  const { kind } = asked.type;
  const apiVersion = apiVersionOf(asked.type);
  if (isDeeperThan(body, MAX_DEPTH)) throw badRequest(`the object is nested deeper than ${MAX_DEPTH} levels`);
  if (body.kind && body.kind !== kind)
    throw badRequest(`the object provided is a ${String(body.kind)}, expected ${kind}`);
  if (body.apiVersion && body.apiVersion !== apiVersion) {
    throw badRequest(
      `the API version in the data (${String(body.apiVersion)}) does not match the expected API version (${apiVersion})`,
    );
  }
  return { ...body, apiVersion, kind };
}

function checkVersion(asked: Asked, wanted: JsonObject, stored: KubeObject): void {
  const { resourceVersion, uid, name } = (isObject(wanted.metadata) ? wanted.metadata : {}) as Partial<
    KubeObject['metadata']
  >;
  if (name && name !== stored.metadata.name)
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${stored.metadata.name})`);
  if (resourceVersion && resourceVersion !== '0' && resourceVersion !== stored.metadata.resourceVersion) {
    throw conflict(asked.type, stored.metadata.name, MODIFIED);
  }
  if (uid && uid !== stored.metadata.uid) {
    throw conflict(
      asked.type,
      stored.metadata.name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${stored.metadata.uid}`,
    );
  }
}

function checkPreconditions(asked: Asked, { metadata }: KubeObject, { uid, resourceVersion }: DeleteRequest): void {
  if (uid !== undefined && uid !== metadata.uid) {
    throw conflict(
      asked.type,
      metadata.name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw conflict(
      asked.type,
      metadata.name,
      `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, in object meta: ${metadata.resourceVersion}`,
    );
  }
}

/** What the server owns stays; the status is written only through its own path, and only the status there. */
function keepIdentity(
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
  const metadata = { ...sent, ...fixed, managedFields };
  return { ...wanted, metadata, ...(asked.kind.hasStatus && { status: before.status }) };
}

function withoutStatus(asked: Asked, body: JsonObject): JsonObject {
  if (!asked.kind.hasStatus) return body;
  const { status, ...rest } = body;
  return rest;
}

function withGeneration(asked: Asked, after: JsonObject, before: JsonObject | undefined): JsonObject {
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

function reportUnknown(asked: Asked, pruned: readonly string[], { fieldValidation, warnings }: WriteRequest): void {
  if (pruned.length === 0 || fieldValidation === 'Ignore') return;
  const texts = pruned.map((path) => `unknown field "${path}"`);
  if (fieldValidation === 'Warn') return void warnings.push(...texts);
  throw badRequest(
    `${asked.type.kind} in version "${asked.type.version}" cannot be handled as a ${asked.type.kind}: strict decoding error: ${texts.join(', ')}`,
  );
}

/** Marked for deletion, and nobody holds it any more. */
function isLetGo({ metadata }: KubeObject): boolean {
  return (
    metadata.deletionTimestamp !== undefined && !metadata.finalizers?.length && !metadata.deletionGracePeriodSeconds
  );
}
