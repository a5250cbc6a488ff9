/** Makes one object so, writing only a difference. */
import { FIELD_MANAGER } from '#api/index.ts';
import type { Client } from '#kube/index.ts';
import { deepEqual, type KubeObject, type ResourceType } from '#objects/index.ts';

/**
 * Labels, annotations and every field of `desired` except `status` become so; labels and annotations of others go.
 *
 * @param current as the cache has it; its version guards the write (`kube/conflict`: the caller looks again)
 * @returns what the server answered, or `current` when nothing differed
 */
export async function ensure<T extends KubeObject>(
  client: Client,
  type: ResourceType,
  current: T | undefined,
  desired: T,
): Promise<T> {
  const wanted = plain(desired);
  if (!current) return client.create(type, wanted, { fieldManager: FIELD_MANAGER.member });
  if (!differs(current, wanted)) return current;
  const { labels, annotations } = wanted.metadata;
  const next = { ...current, ...wanted, metadata: { ...current.metadata, labels, annotations } };
  return client.update(type, next, { fieldManager: FIELD_MANAGER.member });
}

function differs(current: KubeObject, wanted: KubeObject): boolean {
  return !(
    deepEqual(current.metadata.labels ?? {}, wanted.metadata.labels ?? {}) &&
    deepEqual(current.metadata.annotations ?? {}, wanted.metadata.annotations ?? {}) &&
    Object.entries(contentOf(wanted)).every(([field, value]) => deepEqual(contentOf(current)[field], value))
  );
}

function contentOf(object: KubeObject): Readonly<Record<string, unknown>> {
  const { apiVersion: _, kind: __, metadata: ___, ...content } = object;
  return Object.fromEntries(Object.entries(content).filter(([field]) => field !== 'status'));
}

/** As it will be on the wire: fields that are undefined are not there. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
