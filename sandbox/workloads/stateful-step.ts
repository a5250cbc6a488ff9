/** What a StatefulSet does next, as upstream's controller does (kubernetes/kubernetes, pkg/controller/statefulset, 1.31). Pure. */
import type { Pod, StatefulSet } from './kinds.ts';
import { availableIn, isActive, isOver } from './pod-state.ts';
import { ordinalOf, revisionOf } from './stateful-pod.ts';

export interface StepState {
  readonly set: StatefulSet;
  /** Its own, ending ones included. */
  readonly pods: readonly Pod[];
  readonly updateRevision: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface Step {
  readonly create: readonly number[];
  readonly remove: readonly Pod[];
}

const NOTHING: Step = { create: [], remove: [] };

/** First what is missing or over, then what is too much, then what is old; ordered sets wait after each. */
export function statefulStep(state: StepState): Step {
  const filled = fill(state);
  if (filled) return filled;
  const shrunk = shrink(state);
  if (shrunk) return shrunk;
  return renew(state);
}

/** The ordinals that there should be, lowest first. */
export function wantedOrdinals({ spec }: StatefulSet): number[] {
  const start = spec.ordinals?.start ?? 0;
  return Array.from({ length: spec.replicas ?? 1 }, (_, i) => start + i);
}

/** Undefined: everyone is there, and whoever is waited for is healthy. */
function fill({ set, pods, now }: StepState): Step | undefined {
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(pod), pod]));
  const create: number[] = [];
  const remove: Pod[] = [];
  for (const ordinal of wantedOrdinals(set)) {
    const pod = byOrdinal.get(ordinal);
    if (!pod) create.push(ordinal);
    else if (isOver(pod) && isStaying(pod)) remove.push(pod);
    else if (!isOrdered(set) || isHealthy(set, pod, now)) continue;
    if (isOrdered(set)) return { create, remove };
  }
  return create.length + remove.length > 0 ? { create, remove } : undefined;
}

/** Highest first. An ordered set takes none away while another one is not healthy, except that one itself. */
function shrink({ set, pods, now }: StepState): Step | undefined {
  const wanted = new Set(wantedOrdinals(set));
  const surplus = pods.filter((pod) => !wanted.has(ordinalOf(pod))).toSorted(byOrdinalDown);
  const [highest] = surplus;
  if (!highest) return undefined;
  if (!isOrdered(set)) {
    const remove = surplus.filter(isStaying);
    return remove.length > 0 ? { create: [], remove } : undefined;
  }
  if (!isStaying(highest)) return NOTHING;
  const sick = pods.toSorted((a, b) => ordinalOf(a) - ordinalOf(b)).find((pod) => !isHealthy(set, pod, now));
  return sick && sick !== highest && !isHealthy(set, highest, now) ? NOTHING : { create: [], remove: [highest] };
}

/** One at a time from the highest on, each waited for before the next, whatever the pod management. */
function renew({ set, pods, updateRevision, now }: StepState): Step {
  const { type = 'RollingUpdate' } = set.spec.updateStrategy ?? {};
  if (type === 'OnDelete') return NOTHING;
  const first = firstUpdated(set);
  for (const pod of pods.filter((it) => ordinalOf(it) >= first).toSorted(byOrdinalDown)) {
    if (revisionOf(pod) !== updateRevision && isStaying(pod)) return { create: [], remove: [pod] };
    if (!isHealthy(set, pod, now)) return NOTHING;
  }
  return NOTHING;
}

/** Below it pods keep, and are made anew of, the current revision. */
export function firstUpdated({ spec }: StatefulSet): number {
  const { type = 'RollingUpdate', rollingUpdate } = spec.updateStrategy ?? {};
  return type === 'OnDelete' ? 0 : (spec.ordinals?.start ?? 0) + (rollingUpdate?.partition ?? 0);
}

function isHealthy({ spec }: StatefulSet, pod: Pod, now: number): boolean {
  return isActive(pod) && availableIn(pod, spec.minReadySeconds ?? 0, now) === 0;
}

function isStaying({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp === undefined;
}

function isOrdered({ spec }: StatefulSet): boolean {
  return spec.podManagementPolicy !== 'Parallel';
}

function byOrdinalDown(a: Pod, b: Pod): number {
  return ordinalOf(b) - ordinalOf(a);
}
