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
  type JsonObject,
  type KubeObject,
  type Problem,
  prune,
  type Store,
  type StoreEvent,
  trackUpdate,
  validate,
  type WriteOutcome,
} from '#objects/index.ts';
import {
  alreadyExists,
  conflict,
  forbidden,
  invalidObject,
  methodNotAllowed,
  MODIFIED,
  noFreeName,
  notFound,
} from '../http/api-error.ts';
import { checkRules, withoutBookkeeping } from '../cel/check-rules.ts';
import type { Asked } from '../kinds/kind.ts';
import { checkedBody, checkPreconditions, checkVersion, reportFields } from './check-request.ts';
import { firstMetadata, hasGivenName } from './first-metadata.ts';
import { keepIdentity, withGeneration, withoutStatus } from './identity.ts';
import { checkFinalizers, checkLabels, checkName } from './names.ts';
import type { Rules } from './rules.ts';
import type { DeleteRequest, ObjectRef, WriteRequest } from './request.ts';
import { inVersion, keyOf } from './stored.ts';

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

const NAME_ATTEMPTS = 8;

export function createWriter({ store, clock, newUid, rules }: WriterOptions): Writer {
  const listeners: Parameters<Writer['onWrite']>[0][] = [];
  const tell: Parameters<Writer['onWrite']>[0] = (event) => {
    for (const listener of listeners) listener(event);
  };

  function create(asked: Asked, namespace: string | undefined, body: JsonObject, request: WriteRequest): KubeObject {
    const sent = checkedBody(asked, body);
    if (asked.kind.isEnding) throw methodNotAllowed();
    const metadata = freeMetadata(asked, sent, namespace);
    const name = metadata.name as string;
    checkNamespace(asked, namespace, name);
    const named = withoutStatus(asked, { ...sent, metadata });
    const object = finish(asked, named, undefined, request);
    const key = keyOf(asked, object.metadata);
    if (store.get(key)) throw hasGivenName(sent) ? alreadyExists(asked.type, name) : noFreeName(asked.type, name);
    if (request.dryRun) return object;
    const outcome = store.create(key, object);
    return told('ADDED', asked, object.metadata.name, outcome);
  }

  /** A name that the server makes is made anew when it is taken, a few times. */
  function freeMetadata(asked: Asked, sent: JsonObject, namespace: string | undefined): JsonObject {
    for (let attempt = 1; ; attempt++) {
      const metadata = firstMetadata(asked, sent, namespace, { clock, newUid });
      const isTaken = store.get(keyOf(asked, metadata as unknown as ObjectRef)) !== undefined;
      if (!isTaken || hasGivenName(sent) || attempt >= NAME_ATTEMPTS) return metadata;
    }
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
    if (rules.mayGo(asked, object)) return removeNow(asked, object);
    const outcome = store.update(keyOf(asked, ref), object, Number(stored.metadata.resourceVersion));
    return told('MODIFIED', asked, ref.name, outcome);
  }

  function remove(asked: Asked, ref: ObjectRef, request: DeleteRequest): Deleted {
    const stored = store.get(keyOf(asked, ref));
    if (!stored) throw notFound(asked.type, ref.name);
    checkPreconditions(asked, stored, request);
    const needed = rules.whyNeeded(asked, stored);
    if (needed) throw forbidden(asked.type, ref.name, needed);
    const marked = rules.beforeDelete(asked, stored, request, clock);
    if (request.dryRun) return { object: marked ?? stored, gone: !marked };
    if (!marked) return { object: removeNow(asked, stored), gone: true };
    const outcome = store.update(keyOf(asked, ref), marked);
    return { object: told('MODIFIED', asked, ref.name, outcome), gone: false };
  }

  function removeNow(asked: Asked, object: KubeObject): KubeObject {
    return told('DELETED', asked, object.metadata.name, store.delete(keyOf(asked, object.metadata)));
  }

  function told(type: StoreEvent['type'], asked: Asked, name: string, outcome: WriteOutcome): KubeObject {
    if (outcome.outcome !== 'ok') throw conflict(asked.type, name, MODIFIED);
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
    reportFields(asked, 'unknown', pruned, request);
    const defaulted = rules.prepare(asked, applyDefaults(schema, value, lookup), before, request.subresource);
    const counted = withGeneration(asked, defaulted, before);
    const { name = '', labels } = counted.metadata as unknown as Partial<KubeObject['metadata']>;
    const shape: Problem[] = [
      ...checkName(asked.type.plural, asked.type.group, name),
      ...checkLabels(labels),
      ...validate(schema, counted, lookup),
    ];
    // A kind's own rules may count on the shape that its schema asks for.
    const problems =
      shape.length > 0
        ? shape
        : [
            ...checkFinalizers(counted, before),
            ...rules.check(asked, counted, before),
            ...checkOwnRules(asked, counted, before, clock),
          ];
    if (problems.length > 0) throw invalidObject(asked.type.kind, asked.type.group, name, problems);
    rules.admit(asked, counted, before, request);
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

  function checkNamespace(asked: Asked, namespace: string | undefined, name: string): void {
    if (!asked.type.namespaced || !namespace) return;
    const found = store.get({ resource: 'namespaces', name: namespace });
    if (!found) throw notFound({ plural: 'namespaces', group: '' }, namespace);
    if (found.metadata.deletionTimestamp) {
      throw forbidden(
        asked.type,
        name,
        `unable to create new content in namespace ${namespace} because it is being terminated`,
        [
          {
            reason: 'NamespaceTerminating',
            message: `namespace ${namespace} is being terminated`,
            field: 'metadata.namespace',
          },
        ],
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

/** What the schema of a custom kind asks for in CEL. */
function checkOwnRules(
  { version: { rules } }: Asked,
  object: JsonObject,
  before: JsonObject | undefined,
  clock: Clock,
): readonly Problem[] {
  if (!rules) return [];
  return checkRules(rules, withoutBookkeeping(object), before && withoutBookkeeping(before), clock);
}

/** As a manager: the owners are in the object already. */
export const APPLIED = '\0applied';
