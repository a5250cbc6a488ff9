/** What single kinds ask for beyond their schemas. A kind without a rule here is plain data. */
import { type Clock, timestamp } from '#kit/index.ts';
import type { JsonObject, KubeObject, Problem } from '#objects/index.ts';
import type { Asked } from '../kinds/kind.ts';
import type { DeleteRequest } from './request.ts';

export interface KindRule {
  /** After defaults, before validation. */
  prepare?(object: JsonObject, before: JsonObject | undefined, subresource: string | undefined): JsonObject;
  check?(object: JsonObject, before: JsonObject | undefined): readonly Problem[];
  /** How long the object stays after a delete, in seconds; 0 lets it go at once. */
  graceSeconds?(object: KubeObject, request: DeleteRequest): number;
  /** It stays until a duty has emptied it. */
  readonly isEmptiedFirst?: boolean;
}

export interface Rules {
  prepare(
    asked: Asked,
    object: JsonObject,
    before: JsonObject | undefined,
    subresource: string | undefined,
  ): JsonObject;
  check(asked: Asked, object: JsonObject, before: JsonObject | undefined): readonly Problem[];
  /** The object marked for deletion; undefined when it may go at once. */
  beforeDelete(asked: Asked, object: KubeObject, request: DeleteRequest, clock: Clock): KubeObject | undefined;
}

/** @param rules by `plural.group`, or the plural of a core kind */
export function createRules(rules: Readonly<Record<string, KindRule>>): Rules {
  const ruleOf = ({ type: { plural, group } }: Asked): KindRule => rules[group ? `${plural}.${group}` : plural] ?? {};
  return {
    prepare: (asked, object, before, subresource) => ruleOf(asked).prepare?.(object, before, subresource) ?? object,
    check: (asked, object, before) => ruleOf(asked).check?.(object, before) ?? [],
    beforeDelete(asked, object, request, clock) {
      const rule = ruleOf(asked);
      const { finalizers = [], deletionTimestamp } = object.metadata;
      const grace = rule.graceSeconds?.(object, request) ?? 0;
      const stays = grace > 0 || finalizers.length > 0 || rule.isEmptiedFirst === true;
      if (!stays) return undefined;
      if (deletionTimestamp && (object.metadata.deletionGracePeriodSeconds ?? 0) <= grace) return object;
      return marked(object, grace, clock);
    },
  };
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
