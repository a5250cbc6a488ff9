/**
 * Server-side apply: who owns which field, and what an apply may therefore change. Source: KEP-555 and Kubernetes'
 * "Server-Side Apply".
 */
import type { JsonObject } from '../json.ts';
import type { Problem } from '../problem.ts';
import type { Schema, SchemaLookup } from '../schema/schema.ts';
import { checkApplied } from './check-applied.ts';
import { compare } from './compare.ts';
import { conflictMessage, conflictProblem, findConflicts } from './conflicts.ts';
import { difference, EMPTY, type FieldSet, LEAF, setOf, union, withParentFields } from './field-set.ts';
import { fieldsOf } from './fields-of.ts';
import { isSameManager, type Manager, readManagers, withTimes, writeManagers } from './managers.ts';
import { mergeApplied } from './merge-applied.ts';
import { removeFields } from './remove-fields.ts';
import { type Typed, typedBy } from './structure.ts';
import { trackedPart, versionOf, withoutNulls, withUntracked } from './tracked-parts.ts';

export interface ApplyRequest {
  /** The stored object, in the applied object's version; absent: the object is made. */
  readonly live?: JsonObject | undefined;
  /** What the manager sent, before defaults. Its status must be left out unless the subresource is `status`. */
  readonly applied: JsonObject;
  /** `fieldManager` of the request. */
  readonly manager: string;
  /** Take over fields that others own. */
  readonly force?: boolean;
  /** `status`, `scale`; absent for the object itself. */
  readonly subresource?: string | undefined;
  /** Of the whole object, see {@link wholeObjectSchema}. */
  readonly schema: Schema;
  readonly lookup?: SchemaLookup | undefined;
  /** RFC 3339, for managedFields. */
  readonly time: string;
}

export type ApplyOutcome =
  /** With managedFields. Defaults, validation, uid, generation are still to come. Equal to `live` when nothing changed. */
  | { readonly outcome: 'ok'; readonly object: JsonObject }
  /** 409: others own fields that would change. `message` and the problems are in Kubernetes' words. */
  | { readonly outcome: 'conflict'; readonly message: string; readonly problems: readonly Problem[] }
  | { readonly outcome: 'invalid'; readonly problems: readonly Problem[] };

/** An apply: sets what is applied, removes what this manager applied before and nobody else owns. */
export function serverSideApply(request: ApplyRequest): ApplyOutcome {
  const type = typedBy(request.schema, request.lookup);
  const applied = withoutNulls(trackedPart(request.applied)) as JsonObject;
  const problems = checkApplied(applied, type);
  if (problems.length > 0) return { outcome: 'invalid', problems };

  const live = request.live && trackedPart(request.live);
  const managers = managersOf(request, live, type);
  const self = applierOf(request, fieldsOf(applied, type));
  const others = managers.filter((manager) => !isSameManager(manager, self));
  const last = managers.find((manager) => isSameManager(manager, self))?.fields ?? EMPTY;

  const merged = live ? mergeApplied(live, applied, type) : applied;
  const result = removeFields(merged, noLongerOwned(last, [self, ...others]), type) as JsonObject;
  const { changed, removed } = compare(live ?? {}, result, type);
  const conflicts = request.force ? [] : findConflicts(others, changed);
  if (conflicts.length > 0) {
    return { outcome: 'conflict', message: conflictMessage(conflicts), problems: conflicts.map(conflictProblem) };
  }
  const lost = union(changed, removed);
  const after = [...others.map((m) => ({ ...m, fields: difference(m.fields, lost) })), self];
  const whole = withUntracked(result, ...(request.live ? [withVersionOf(request), request.live] : [request.applied]));
  return { outcome: 'ok', object: writeManagers(whole, withTimes(managers, after, request.time)) };
}

function applierOf({ manager, subresource = '', applied, time }: ApplyRequest, fields: FieldSet): Manager {
  return { name: manager, operation: 'Apply', apiVersion: versionOf(applied), subresource, time, fields };
}

/** Whatever was there before the first apply belongs to a manager of that name, so that an apply does not take it silently. */
function managersOf({ live, time }: ApplyRequest, tracked: JsonObject | undefined, type: Typed): readonly Manager[] {
  const managers = readManagers(live);
  if (!live || !tracked || managers.length > 0) return managers;
  const fields = fieldsOf(tracked, type);
  const unknown = { name: 'before-first-apply', operation: 'Update', apiVersion: versionOf(live) } as const;
  return [{ ...unknown, subresource: '', time, fields }];
}

/** No object is without metadata, whoever owns what in it. */
const ALWAYS_OWNED = setOf(false, [['f:metadata', LEAF]]);

function noLongerOwned(last: FieldSet, managers: readonly Manager[]): FieldSet {
  const owned = managers.map(({ fields }) => fields).reduce(union, ALWAYS_OWNED);
  return difference(withParentFields(last), withParentFields(owned));
}

function withVersionOf({ applied }: ApplyRequest): JsonObject {
  return { apiVersion: versionOf(applied) };
}
