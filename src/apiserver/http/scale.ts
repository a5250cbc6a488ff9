/** The scale subresource (autoscaling/v1 Scale) of a kind that says where its replicas are. */
import { isObject, type Json, type JsonObject, type KubeObject } from '#objects/index.ts';
import type { Asked, ScalePaths } from '../kinds/kind.ts';

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

/** The object with the replicas of a Scale. */
export function withScale({ kind }: Asked, object: JsonObject, scale: JsonObject): JsonObject {
  const replicas = isObject(scale.spec) ? (scale.spec.replicas ?? 0) : 0;
  return write(object, (kind.scale as ScalePaths).spec.split('.'), replicas);
}

function read(object: JsonObject, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((value, key) => (isObject(value) ? value[key] : undefined), object);
}

function write(object: JsonObject, [key = '', ...rest]: readonly string[], value: Json): JsonObject {
  const inner = object[key];
  return { ...object, [key]: rest.length > 0 ? write(isObject(inner) ? inner : {}, rest, value) : value };
}

function selectorText(selector: Json | undefined): string {
  const labels = isObject(selector) && isObject(selector.matchLabels) ? selector.matchLabels : {};
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',');
}
