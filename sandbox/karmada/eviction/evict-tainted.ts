/** The taint manager: what a cluster may no longer run is moved from the binding's clusters to its eviction tasks. Pure. */
import { type EvictionTask, TAINT_UNTOLERATED } from '#api/index.ts';
import type { KarmadaCluster, TargetCluster, Toleration } from '../types.ts';
import { stays } from './tolerate.ts';

export interface Eviction {
  /** What stays where it is. */
  readonly clusters: readonly TargetCluster[];
  readonly tasks: readonly EvictionTask[];
  /** When the next toleration ends, in milliseconds from now. */
  readonly againMs: number | undefined;
}

export interface EvictionRequest {
  readonly clusters: readonly TargetCluster[];
  readonly tasks: readonly EvictionTask[];
  readonly known: readonly KarmadaCluster[];
  readonly tolerations: readonly Toleration[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function evictTainted({ clusters, tasks, known, tolerations, now }: EvictionRequest): Eviction {
  const left = clusters.map((target) => {
    const { spec } = known.find(({ metadata }) => metadata.name === target.name) ?? {};
    return { target, ms: stays(spec?.taints ?? [], tolerations, now) };
  });
  const leaving = left.filter(({ ms }) => ms === 0).map(({ target }) => target);
  const waits = left.flatMap(({ ms }) => (ms === undefined || ms === 0 ? [] : [ms]));
  return {
    clusters: left.filter(({ ms }) => ms !== 0).map(({ target }) => target),
    tasks: [...tasks, ...leaving.filter(({ name }) => !tasks.some((it) => it.fromCluster === name)).map(taskFor)],
    againMs: waits.length === 0 ? undefined : Math.min(...waits),
  };
}

function taskFor({ name, replicas }: TargetCluster): EvictionTask {
  return {
    fromCluster: name,
    reason: TAINT_UNTOLERATED,
    producer: 'TaintManager',
    ...(replicas === undefined ? {} : { replicas }),
  };
}
