/** The ResourceBinding of a template: claimed, with where it goes and what it is leaving. */
import { ANNOTATION_EVICTION, EVICT_AT_ONCE, type EvictionTask } from '#api/index.ts';
import { SealaneError } from '#kit/index.ts';
import { deepEqual, keyOf } from '#objects/index.ts';
import { holdTasks } from '#plan/index.ts';
import { claimOf, withClaim } from '../detect/claim.ts';
import { assessTasks } from '../eviction/assess-tasks.ts';
import { evictTainted } from '../eviction/evict-tainted.ts';
import { BINDING_FINALIZER, bindingType, FIELD_MANAGER } from '../names.ts';
import { schedule } from '../placement/schedule.ts';
import { replicasOf } from '../render/replicas.ts';
import type { AnyObject, Placement, PropagationPolicy, ResourceBinding, TargetCluster, TemplateRef } from '../types.ts';
import type { Context } from './context.ts';

export interface KeptBinding {
  readonly binding: ResourceBinding;
  /** When it is to be looked at again although nothing changed. */
  readonly againMs: number | undefined;
}

export function bindingName({ name, kind }: Pick<TemplateRef, 'name' | 'kind'>): string {
  return `${name}-${kind}`.toLowerCase();
}

/**
 * @param placed false: the policy is refused, where it went so far stays
 * @throws `karmada/binding-taken` when a kind of the same name in another group has it
 */
export async function keepBinding(
  context: Context,
  template: AnyObject,
  policy: PropagationPolicy,
  old: ResourceBinding | undefined,
  placed: boolean,
): Promise<KeptBinding> {
  const { hub } = context;
  const { apiVersion, kind, metadata } = template;
  const { namespace, name, uid = '' } = metadata;
  const type = bindingType(namespace);
  if (old && groupOf(old.spec.resource.apiVersion) !== groupOf(apiVersion)) {
    throw new SealaneError(
      'karmada/binding-taken',
      `bind ${kind} ${keyOf(template)} of ${apiVersion}: its ResourceBinding belongs to ${old.spec.resource.apiVersion}`,
    );
  }
  const { placement, conflictResolution } = policy.spec;
  const replicas = replicasOf(template);
  const { clusters, tasks, againMs } = place(context, old, placed ? { placement, replicas, uid } : undefined);
  const spec: ResourceBinding['spec'] = {
    resource: { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name, uid },
    ...(replicas === undefined ? {} : { replicas }),
    clusters,
    ...(tasks.length > 0 && { gracefulEvictionTasks: tasks }),
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
    return { binding: await hub.create(type, made, { fieldManager: FIELD_MANAGER }), againMs };
  }
  const next = { ...old, metadata: { ...old.metadata, ...owned }, spec };
  if (deepEqual(next, old)) return { binding: old, againMs };
  return { binding: await hub.update(type, next, { fieldManager: FIELD_MANAGER }), againMs };
}

interface Placed {
  readonly clusters: readonly TargetCluster[];
  readonly tasks: readonly EvictionTask[];
  readonly againMs: number | undefined;
}

interface Wanted {
  readonly placement: Placement | undefined;
  readonly replicas: number | undefined;
  readonly uid: string;
}

/** Tasks are looked after also of what is not placed anew. */
function place(context: Context, old: ResourceBinding | undefined, wanted: Wanted | undefined): Placed {
  const now = context.clock.now();
  const known = context.clusters.list();
  const assessed = old ? assessTasks(old, now) : { tasks: [], againMs: undefined };
  const previous = old?.spec.clusters ?? [];
  if (!wanted) return { clusters: previous, ...assessed };
  const tolerations = wanted.placement?.clusterTolerations ?? [];
  const moved = context.failover
    ? evictTainted({ clusters: previous, tasks: assessed.tasks, known, tolerations, now })
    : { clusters: previous, ...assessed, againMs: undefined };
  const tasks = holdTasks(assessed.tasks, moved.tasks, (name) => isEvictedAtOnce(context, name));
  const evicting = tasks.map(({ fromCluster }) => fromCluster);
  const waits = [assessed.againMs, moved.againMs].filter((ms) => ms !== undefined);
  return {
    clusters: schedule({ ...wanted, clusters: known, previous: moved.clusters, evicting }),
    tasks,
    againMs: waits.length === 0 ? undefined : Math.min(...waits),
  };
}

/** As the product's admission does it on a real Karmada: our API server calls nobody. */
function isEvictedAtOnce({ clusters }: Context, name: string): boolean {
  return clusters.get(name)?.metadata.annotations?.[ANNOTATION_EVICTION] === EVICT_AT_ONCE;
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}
