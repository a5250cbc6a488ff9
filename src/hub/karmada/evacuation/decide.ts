/**
 * A cluster that Karmada evicts is drained first: what it serves is served elsewhere, then it gets no new connections, and only when
 * none is left open may its objects go. Pure.
 */
import {
  ANNOTATION_EVACUATION,
  ANNOTATION_EVICTION,
  EVICT_AT_ONCE,
  type EvictionTask,
  type KarmadaBinding,
  type KarmadaCluster,
  type MemberCluster,
  TAINT_UNTOLERATED,
} from '#api/index.ts';
import { drainProgress } from '#explain/index.ts';
import { findCondition, keyOf } from '#objects/index.ts';
import { type ServedView, servedOnlyThere } from './served-elsewhere.ts';

export interface EvacuationView extends Omit<ServedView, 'cluster'> {
  readonly member: MemberCluster;
  readonly cluster: KarmadaCluster | undefined;
  /** Those with a task from it. */
  readonly bindings: readonly KarmadaBinding[];
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly maxHoldMs: number;
}

export interface Evacuation {
  /** The annotation on its MemberCluster: a word, perhaps `: ` and a sentence. Undefined: none. */
  readonly state: string | undefined;
  /** What `spec.drain` is to be; undefined: as it is. */
  readonly drain: boolean | undefined;
  /** Bindings whose task is to be held, or let go. */
  readonly tasks: readonly { readonly binding: KarmadaBinding; readonly suppressDeletion: boolean }[];
  /** When a hold is too old, in milliseconds from now. */
  readonly againMs: number | undefined;
}

export function decideEvacuation(view: EvacuationView): Evacuation {
  const { member, cluster, bindings } = view;
  const atOnce = cluster?.metadata.annotations?.[ANNOTATION_EVICTION] === EVICT_AT_ONCE;
  // What left the set has no connections that anybody could tell of.
  if (atOnce || member.spec?.removed || !(isTainted(cluster) || bindings.length > 0)) {
    return { ...ended(member), tasks: released(view, () => true), againMs: undefined };
  }
  const { name } = member.metadata;
  const { state, drain } = drainState(view);
  const { phase } = drainProgress(view.members, name);
  const tasks = [
    ...unheld(view),
    ...released(view, (binding, task) => isTooOld(task, view) || (phase === 'Drained' && isReplaced(binding))),
  ];
  return { state, drain, tasks, againMs: soonest([endOfHold(view), settlesIn(view)]) };
}

export function isTainted(cluster: KarmadaCluster | undefined): boolean {
  return cluster?.spec?.taints?.some(({ effect }) => effect === 'NoExecute') ?? false;
}

/** What is evicted for another reason, such as an application that fails, has nothing to be drained. */
export function evictsByTaint({ spec }: KarmadaBinding, cluster: string): boolean {
  return taskFrom(spec.gracefulEvictionTasks, cluster) !== undefined;
}

/** The drain is taken back if it is ours. */
function ended(member: MemberCluster): Pick<Evacuation, 'state' | 'drain'> {
  return { state: undefined, drain: isOurs(member) && member.spec?.drain ? false : undefined };
}

function isOurs({ metadata }: MemberCluster): boolean {
  return metadata.annotations?.[ANNOTATION_EVACUATION] === DRAINED_BY_US;
}

/** Longer than Karmada takes from one eviction to the next (`--resource-eviction-rate` 0.5). */
const SETTLE_MS = 3_000;
const DRAINED_BY_US = 'Draining';
const UNDONE = 'Undone: the drain was taken back, what leaves waits for the end of its hold';

function drainState(view: EvacuationView): Pick<Evacuation, 'state' | 'drain'> {
  const { member } = view;
  const said = member.metadata.annotations?.[ANNOTATION_EVACUATION];
  if (said === UNDONE) return { state: UNDONE, drain: undefined };
  if (isOurs(member)) return { state: member.spec?.drain ? DRAINED_BY_US : UNDONE, drain: undefined };
  if (member.spec?.drain) return { state: 'Drained: by somebody else', drain: undefined };
  const waiting = whatIsMissing(view);
  return waiting === undefined
    ? { state: DRAINED_BY_US, drain: true }
    : { state: `Waiting: ${waiting}`, drain: undefined };
}

/** Substitutes first: whoever takes over has to be there. What can go nowhere is not waited for. */
function whatIsMissing(view: EvacuationView): string | undefined {
  if (settlesIn(view) !== undefined) return 'evictions are still being asked for';
  const unready = view.bindings.filter((one) => (one.spec.clusters ?? []).length > 0 && !isReplaced(one));
  if (unready.length > 0) return `not healthy elsewhere yet: ${shown(unready.map(keyOf))}`;
  const missing = servedOnlyThere({ ...view, cluster: view.member.metadata.name });
  return missing.length > 0 ? `served by nobody else yet: ${shown(missing)}` : undefined;
}

/** Evictions are asked for one after the other; undefined: no more have come for a while. */
function settlesIn({ member, cluster, bindings, now }: EvacuationView): number | undefined {
  const tasks = bindings.map(({ spec }) => taskFrom(spec.gracefulEvictionTasks, member.metadata.name));
  if (tasks.some((task) => task && task.creationTimestamp === undefined)) return SETTLE_MS;
  const taints = cluster?.spec?.taints?.filter(({ effect }) => effect === 'NoExecute') ?? [];
  const times = [...tasks.map((task) => task?.creationTimestamp), ...taints.map(({ timeAdded }) => timeAdded)];
  const last = Math.max(0, ...times.flatMap((time) => (time === undefined ? [] : [Date.parse(time)])));
  return last + SETTLE_MS > now ? last + SETTLE_MS - now : undefined;
}

function shown(services: readonly string[]): string {
  const [first, ...rest] = services.toSorted();
  return rest.length === 0 ? `${first}` : `${first} and ${rest.length} more`;
}

/** Made while nobody admitted it: better late than never, although Karmada may be faster. */
function unheld({ member, bindings }: EvacuationView): Evacuation['tasks'] {
  return bindings
    .filter(({ spec }) => {
      const task = taskFrom(spec.gracefulEvictionTasks, member.metadata.name);
      return task !== undefined && task.suppressDeletion === undefined;
    })
    .map((binding) => ({ binding, suppressDeletion: true }));
}

function released(
  { member, bindings }: EvacuationView,
  may: (binding: KarmadaBinding, task: EvictionTask) => boolean,
): Evacuation['tasks'] {
  return bindings
    .filter((binding) => {
      const task = taskFrom(binding.spec.gracefulEvictionTasks, member.metadata.name);
      return task?.suppressDeletion === true && may(binding, task);
    })
    .map((binding) => ({ binding, suppressDeletion: false }));
}

function taskFrom(tasks: readonly EvictionTask[] | undefined, cluster: string): EvictionTask | undefined {
  return tasks?.find(({ fromCluster, reason }) => fromCluster === cluster && reason === TAINT_UNTOLERATED);
}

function isTooOld({ creationTimestamp }: EvictionTask, { now, maxHoldMs }: EvacuationView): boolean {
  return creationTimestamp !== undefined && Date.parse(creationTimestamp) + maxHoldMs <= now;
}

/** Scheduled as it is now, somewhere, and healthy everywhere there. */
function isReplaced({ metadata, spec: { clusters = [] }, status = {} }: KarmadaBinding): boolean {
  const scheduled = findCondition(status.conditions, 'Scheduled')?.status === 'True';
  const healthy = (cluster: string) =>
    status.aggregatedStatus?.find(({ clusterName }) => clusterName === cluster)?.health === 'Healthy';
  return (
    scheduled &&
    status.schedulerObservedGeneration === metadata.generation &&
    clusters.length > 0 &&
    clusters.every(({ name }) => healthy(name))
  );
}

function endOfHold({ member, bindings, now, maxHoldMs }: EvacuationView): number | undefined {
  const ends = bindings.flatMap(({ spec }) => {
    const task = taskFrom(spec.gracefulEvictionTasks, member.metadata.name);
    const held = task?.suppressDeletion === true && task.creationTimestamp;
    return held ? [Math.max(0, Date.parse(held) + maxHoldMs - now)] : [];
  });
  return soonest(ends);
}

function soonest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((ms) => ms !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
