/** The metadata that an object begins with. */
import { type Clock, timestamp } from '#kit/index.ts';
import { isObject, type JsonObject, textOf } from '#objects/index.ts';
import { badRequest, invalidObject } from '../http/api-error.ts';
import type { Asked } from '../kinds/kind.ts';

interface Origin {
  readonly clock: Clock;
  readonly newUid: () => string;
}

/** @throws ApiError 400, 422 for what a client may not say */
export function firstMetadata(
  asked: Asked,
  body: JsonObject,
  namespace: string | undefined,
  { clock, newUid }: Origin,
): JsonObject {
  const sent = isObject(body.metadata) ? body.metadata : {};
  const { resourceVersion, deletionTimestamp, deletionGracePeriodSeconds, selfLink, generation, ...kept } = sent;
  if (resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created');
  if (sent.namespace && namespace && sent.namespace !== namespace) {
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  }
  const name =
    sent.name || (sent.generateName ? `${textOf(sent.generateName).slice(0, MAX_BASE)}${suffix(clock)}` : '');
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

export function hasGivenName({ metadata }: JsonObject): boolean {
  return isObject(metadata) && Boolean(metadata.name);
}

/** With the five letters that follow, a label. */
const MAX_BASE = 58;

/** Letters that make no words, as Kubernetes' generateName has them. */
function suffix(clock: Clock): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  return Array.from({ length: 5 }, () => letters[Math.floor(clock.random() * letters.length)]).join('');
}
