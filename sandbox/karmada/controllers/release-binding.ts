/** The end of a template: its binding is deleted, and that is what takes its objects out of the members. */
import { SealaneError } from '#kit/index.ts';
import { BINDING_FINALIZER, bindingType, FIELD_MANAGER, TEMPLATE_UID } from '../names.ts';
import { keyOf } from '#objects/index.ts';
import { isManaged } from '../render/render.ts';
import type { AnyObject, ResourceBinding } from '../types.ts';
import type { Context } from './context.ts';
import { deletionOf } from './dispatch.ts';
import type { WatchedKind } from './kinds.ts';

/**
 * The template is not in the cache. A hub that lost everything must not empty the members: the list is asked for once more (which
 * fails when the kind is not served), and objects are taken away only through a binding that still exists.
 */
export async function retireBinding({ hub }: Context, { type }: WatchedKind, binding: ResourceBinding): Promise<void> {
  const { namespace, name } = binding.spec.resource;
  const there = await hub.list(type, { namespace });
  if (there.some(({ metadata }) => metadata.name === name)) return;
  const { uid } = binding.metadata;
  await hub.delete(bindingType(namespace), binding.metadata, uid === undefined ? {} : { uid });
}

/** @throws `karmada/not-removed` while a member does not answer */
export async function releaseBinding(
  { hub, members }: Context,
  { type }: WatchedKind,
  binding: ResourceBinding,
): Promise<void> {
  const { finalizers = [] } = binding.metadata;
  if (!finalizers.includes(BINDING_FINALIZER)) return;
  const { namespace, name, uid } = binding.spec.resource;
  const removals = [...members.values()].map(async ({ client, config, reachable }) => {
    if (reachable === false) {
      throw new SealaneError(
        'karmada/not-removed',
        `remove ${type.kind} ${keyOf({ metadata: { namespace, name } })} from ${config.name}`,
        {
          hint: 'it does not answer; tried again',
        },
      );
    }
    const there = await client.find<AnyObject>(type, { namespace, name });
    if (there && isManaged(there) && there.metadata.annotations?.[TEMPLATE_UID] === uid) {
      await client.delete(type, { namespace, name }, deletionOf(there));
    }
  });
  const failed = (await Promise.allSettled(removals)).find((it) => it.status === 'rejected');
  if (failed) throw failed.reason;
  const rest = { metadata: { finalizers: finalizers.filter((it) => it !== BINDING_FINALIZER) } };
  await hub.patch(bindingType(namespace), binding.metadata, rest, { fieldManager: FIELD_MANAGER });
}
