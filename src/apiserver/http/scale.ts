/** The scale subresource (autoscaling/v1 Scale) of a kind that says where its replicas are. */
import {
  applyJsonPatch,
  applyMergePatch,
  isObject,
  type Json,
  type JsonObject,
  type KubeObject,
  own,
  type Problem,
  textOf,
} from '#objects/index.ts';
import type { Asked, ScalePaths } from '../kinds/kind.ts';
import { badRequest, invalidObject, unsupported } from './api-error.ts';

export function scaleOf({ kind }: Asked, object: KubeObject): JsonObject {
  const paths = kind.scale as ScalePaths;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const json = object as unknown as JsonObject;
  const selector = paths.selector ? selectorText(read(json, paths.selector)) : undefined;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: read(json, paths.spec) ?? 0 },
    status: { replicas: read(json, paths.status) ?? 0, ...(selector && { selector }) },
  };
}

/** A Scale with a patch on it; a Scale has no lists, so a strategic patch is a merge patch. @throws ApiError */
export function patchedScale(scale: JsonObject, patch: Json, media: string): JsonObject {
  if (media === 'application/json-patch+json') {
    const result = applyJsonPatch(scale, patch);
    if (!result.ok) throw invalidObject('Scale', 'autoscaling', '', result.problems);
    return isObject(result.value) ? result.value : {};
  }
  if (!MERGES.includes(media)) throw unsupported(media, ['application/json-patch+json', ...MERGES]);
  if (!isObject(patch)) throw badRequest('the patch is not an object');
  return applyMergePatch(scale, patch) as JsonObject;
}

const MERGES = ['application/merge-patch+json', 'application/strategic-merge-patch+json'];

/** The object with the replicas of a Scale, at the Scale's revision if it names one. @throws ApiError 422 */
export function withScale({ kind }: Asked, object: JsonObject, scale: JsonObject): JsonObject {
  const replicas = (isObject(scale.spec) ? scale.spec.replicas : undefined) ?? 0;
  const metadata = isObject(scale.metadata) ? scale.metadata : {};
  const problem = replicasProblem(replicas);
  if (problem) throw invalidObject('Scale', 'autoscaling', textOf(metadata.name), [problem]);
  const { resourceVersion, uid } = metadata;
  const old = object.metadata as JsonObject;
  const expected = { ...old, ...(resourceVersion && { resourceVersion }), ...(uid && { uid }) };
  return { ...write(object, (kind.scale as ScalePaths).spec.split('.'), replicas), metadata: expected };
}

function replicasProblem(replicas: Json): Problem | undefined {
  if (typeof replicas === 'number' && Number.isInteger(replicas) && replicas >= 0 && replicas < 2 ** 31)
    return undefined;
  const message = `Invalid value: ${JSON.stringify(replicas)}: must be a whole number, greater than or equal to 0`;
  return { path: 'spec.replicas', reason: 'FieldValueInvalid', message };
}

function read(object: JsonObject, path: string): Json | undefined {
  return path
    .split('.')
    .reduce<Json | undefined>((value, key) => (isObject(value) ? own(value, key) : undefined), object);
}

function write(object: JsonObject, [key = '', ...rest]: readonly string[], value: Json): JsonObject {
  const inner = own(object, key);
  return { ...object, [key]: rest.length > 0 ? write(isObject(inner) ? inner : {}, rest, value) : value };
}

/** A label selector of a workload, or the text that a custom resource keeps. */
function selectorText(selector: Json | undefined): string {
  if (typeof selector === 'string') return selector;
  if (!isObject(selector)) return '';
  const labels = isObject(selector.matchLabels) ? Object.entries(selector.matchLabels) : [];
  const expressions = Array.isArray(selector.matchExpressions) ? selector.matchExpressions.filter(isObject) : [];
  return [...labels.map(([key, value]) => `${key}=${textOf(value)}`), ...expressions.map(expressionText)].join(',');
}

function expressionText({ key, operator, values }: JsonObject): string {
  const name = textOf(key);
  if (operator === 'Exists') return name;
  if (operator === 'DoesNotExist') return `!${name}`;
  const list = (Array.isArray(values) ? values : []).join(',');
  return `${name} ${operator === 'In' ? 'in' : 'notin'} (${list})`;
}
