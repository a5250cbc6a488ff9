/** Where an object is kept, and how a version shows it. */
import { apiVersionOf, type KubeObject, type StoreKey, storeResource } from '#objects/index.ts';
import type { Asked } from '../kinds/kind.ts';
import type { ObjectRef } from './request.ts';

export function keyOf(asked: Pick<Asked, 'type'>, { namespace, name }: ObjectRef): StoreKey {
  return { resource: storeResource(asked.type), ...(asked.type.namespaced && { namespace }), name };
}

/** The stored object as the version asked for shows it. */
export function inVersion({ type }: Pick<Asked, 'type'>, object: KubeObject): KubeObject {
  const apiVersion = apiVersionOf(type);
  return object.apiVersion === apiVersion && object.kind === type.kind
    ? object
    : { ...object, apiVersion, kind: type.kind };
}
