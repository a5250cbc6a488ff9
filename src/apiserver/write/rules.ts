/** What single kinds ask for beyond their schemas. A kind without a rule here is plain data. */
import { type Clock, timestamp } from '#kit/index.ts';
import type { JsonObject, KubeObject, Problem } from '#objects/index.ts';
import type { Asked } from '../kinds/kind.ts';
import type { DeleteRequest, WriteRequest } from './request.ts';

export interface KindRule {
  /** After defaults, before validation. */
  prepare?(object: JsonObject, before: JsonObject | undefined, subresource: string | undefined): JsonObject;
  check?(object: JsonObject, before: JsonObject | undefined): readonly Problem[];
  /** What follows from who asks. @throws ApiError */
  admit?(asked: Asked, object: JsonObject, before: JsonObject | undefined, request: WriteRequest): void;
  /** How long the object stays after a delete, in seconds; 0 lets it go at once. */
  graceSeconds?(object: KubeObject, request: DeleteRequest): number;
  /** It stays until a duty has emptied it. */
  isEmptiedFirst?(object: KubeObject): boolean;
  /** Why an object may not be deleted at all. */
  whyNeeded?(object: KubeObject): string | undefined;
}

export interface Rules {
  prepare(
    asked: Asked,
    object: JsonObject,
    before: JsonObject | undefined,
    subresource: string | undefined,
  ): JsonObject;
  check(asked: Asked, object: JsonObject, before: JsonObject | undefined): readonly Problem[];
  admit(asked: Asked, object: JsonObject, before: JsonObject | undefined, request: WriteRequest): void;
  /** The object marked for deletion; undefined when it may go at once. */
  beforeDelete(asked: Asked, object: KubeObject, request: DeleteRequest, clock: Clock): KubeObject | undefined;
  /** Marked for deletion, and nobody holds it any more. */
  mayGo(asked: Asked, object: KubeObject): boolean;
  whyNeeded(asked: Asked, object: KubeObject): string | undefined;
}

/** @param rules by `plural.group`, or the plural of a core kind */
export function createRules(rules: Readonly<Record<string, KindRule>>): Rules {
  const ruleOf = ({ type: { plural, group } }: Asked): KindRule => rules[group ? `${plural}.${group}` : plural] ?? {};
  return {
    prepare: (asked, object, before, subresource) => ruleOf(asked).prepare?.(object, before, subresource) ?? object,
    check: (asked, object, before) => ruleOf(asked).check?.(object, before) ?? [],
    admit: (asked, object, before, request) => ruleOf(asked).admit?.(asked, object, before, request),
    mayGo: (asked, object) =>
      object.metadata.deletionTimestamp !== undefined &&
      !object.metadata.finalizers?.length &&
      !object.metadata.deletionGracePeriodSeconds &&
      ruleOf(asked).isEmptiedFirst?.(object) !== true,
    whyNeeded: (asked, object) => ruleOf(asked).whyNeeded?.(object),
    beforeDelete(asked, object, request, clock) {
      const rule = ruleOf(asked);
      const held = withPropagation(object, request.propagation);
      const { finalizers = [], deletionTimestamp, deletionGracePeriodSeconds = 0 } = held.metadata;
      const grace = rule.graceSeconds?.(held, request) ?? 0;
      const stays = grace > 0 || finalizers.length > 0 || rule.isEmptiedFirst?.(held) === true;
      if (!stays) return undefined;
      if (deletionTimestamp && deletionGracePeriodSeconds <= grace) return held;
      return marked(held, grace, clock);
    },
  };
}

/** Finalizers of the garbage collector, as Kubernetes names them: dependents are let go, or go first. */
export const ORPHAN = 'orphan';
export const FOREGROUND = 'foregroundDeletion';

function withPropagation(object: KubeObject, propagation: DeleteRequest['propagation']): KubeObject {
  if (!propagation) return object;
  const others = (object.metadata.finalizers ?? []).filter((one) => one !== ORPHAN && one !== FOREGROUND);
  const ours = propagation === 'Orphan' ? [ORPHAN] : propagation === 'Foreground' ? [FOREGROUND] : [];
  const finalizers = [...others, ...ours];
  if (finalizers.length === 0 && !object.metadata.finalizers) return object;
  return { ...object, metadata: { ...object.metadata, finalizers } };
}

function marked(object: KubeObject, grace: number, clock: Clock): KubeObject {
  const deletionTimestamp = timestamp({ ...clock, now: () => clock.now() + grace * 1000 });
  const { status } = object as KubeObject & { status?: JsonObject };
  const isNamespace = object.kind === 'Namespace';
  return {
    ...object,
    metadata: { ...object.metadata, deletionTimestamp, deletionGracePeriodSeconds: grace },
    ...(isNamespace && { status: { ...status, phase: 'Terminating' } }),
  };
}
