/** Server-side apply of many objects, in an order that works. */
import { type Clock, isFault, messageOf, sleep } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import type { KubeObject, ResourceType } from '#objects/index.ts';
import { typeOfKind } from './discovery.ts';

export interface Applied {
  /** `deployment.apps demo/web`. */
  readonly subject: string;
  readonly result: 'created' | 'configured' | 'unchanged' | 'failed';
  readonly error?: string;
}

export const FIELD_MANAGER = 'sealane-apply';
/** A kind that comes with the same manifests is served a moment after its definition is taken. */
const KIND_WAIT_MS = 5_000;

/** Applies all of them, whatever happens to one; those that others need first come first. */
export async function applyManifests(
  client: Client,
  objects: readonly KubeObject[],
  { clock, namespace = 'default' }: { readonly clock: Clock; readonly namespace?: string },
): Promise<Applied[]> {
  const applied: Applied[] = [];
  for (const object of objects.toSorted((a, b) => rank(a) - rank(b))) {
    applied.push(await applyOne(client, object, namespace, clock));
  }
  return applied;
}

async function applyOne(client: Client, object: KubeObject, namespace: string, clock: Clock): Promise<Applied> {
  try {
    const type = await awaitKind(client, object, clock);
    const placed = type.namespaced ? within(object, namespace) : object;
    const before = await client.find(type, placed.metadata);
    const after = await client.apply(type, placed, { fieldManager: FIELD_MANAGER });
    return { subject: subjectOf(type, placed), result: outcome(before, after) };
  } catch (error) {
    return { subject: `${object.kind} ${object.metadata.name}`, result: 'failed', error: messageOf(error) };
  }
}

async function awaitKind(client: Client, { apiVersion, kind }: KubeObject, clock: Clock): Promise<ResourceType> {
  const end = clock.monotonic() + KIND_WAIT_MS;
  for (;;) {
    try {
      return await typeOfKind(client, apiVersion, kind);
    } catch (error) {
      if (!isFault(error, 'sandbox/unknown-kind') || clock.monotonic() > end) throw error;
      await sleep(clock, 100);
    }
  }
}

function outcome(before: KubeObject | undefined, after: KubeObject): Applied['result'] {
  if (!before) return 'created';
  return before.metadata.resourceVersion === after.metadata.resourceVersion ? 'unchanged' : 'configured';
}

function within(object: KubeObject, namespace: string): KubeObject {
  return { ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace ?? namespace } };
}

function rank({ kind }: KubeObject): number {
  const order = ['Namespace', 'CustomResourceDefinition'];
  return order.includes(kind ?? '') ? order.indexOf(kind ?? '') : order.length;
}

function subjectOf({ kind, group }: ResourceType, { metadata: { namespace, name } }: KubeObject): string {
  const type = group === '' ? kind.toLowerCase() : `${kind.toLowerCase()}.${group}`;
  return `${type} ${namespace ? `${namespace}/` : ''}${name}`;
}
