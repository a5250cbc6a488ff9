/** The ResourceBinding of a template: claimed, with where it goes. */
import { SealaneError } from '#kit/index.ts';
import { deepEqual, keyOf } from '#objects/index.ts';
import { claimOf, withClaim } from '../detect/claim.ts';
import { BINDING_FINALIZER, bindingType, FIELD_MANAGER } from '../names.ts';
import { schedule } from '../placement/schedule.ts';
import { replicasOf } from '../render/replicas.ts';
import type { AnyObject, PropagationPolicy, ResourceBinding, TemplateRef } from '../types.ts';
import type { Context } from './context.ts';

export function bindingName({ name, kind }: Pick<TemplateRef, 'name' | 'kind'>): string {
  return `${name}-${kind}`.toLowerCase();
}

/**
 * @param placed false: the policy is refused, where it went so far stays
 * @throws `karmada/binding-taken` when a kind of the same name in another group has it
 */
export async function keepBinding(
  { hub, clusters }: Context,
  template: AnyObject,
  policy: PropagationPolicy,
  old: ResourceBinding | undefined,
  placed: boolean,
): Promise<ResourceBinding> {
  const { apiVersion, kind, metadata } = template;
  const { namespace, name, uid = '' } = metadata;
  const type = bindingType(namespace);
  if (old && groupOf(old.spec.resource.apiVersion) !== groupOf(apiVersion)) {
    throw new SealaneError(
      'karmada/binding-taken',
      `bind ${kind} ${keyOf(template)} of ${apiVersion}: its ResourceBinding belongs to ${old.spec.resource.apiVersion}`,
    );
  }
  const previous = old?.spec.clusters ?? [];
  const { placement, conflictResolution } = policy.spec;
  const replicas = replicasOf(template);
  const spec: ResourceBinding['spec'] = {
    resource: { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name, uid },
    ...(replicas === undefined ? {} : { replicas }),
    clusters: placed ? schedule({ placement, clusters: clusters.list(), previous, replicas, uid }) : previous,
    ...(placement && { placement }),
    ...(conflictResolution && { conflictResolution }),
  };
  const owned = {
    ...withClaim(old?.metadata ?? {}, claimOf(policy)),
    finalizers: [...new Set([...(old?.metadata.finalizers ?? []), BINDING_FINALIZER])],
    ownerReferences: [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }],
  };
  if (!old) {
    const made: ResourceBinding = {
      apiVersion: 'work.karmada.io/v1alpha2',
      kind: type.kind,
      metadata: { name: bindingName({ name, kind }), ...(namespace === undefined ? {} : { namespace }), ...owned },
      spec,
    };
    return hub.create(type, made, { fieldManager: FIELD_MANAGER });
  }
  const next = { ...old, metadata: { ...old.metadata, ...owned }, spec };
  return deepEqual(next, old) ? old : hub.update(type, next, { fieldManager: FIELD_MANAGER });
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}
