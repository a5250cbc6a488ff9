/** Answers Karmada's API server (admission.k8s.io/v1): evictions are held as they are made, before anybody can act on them. Pure. */
import type { KarmadaBinding } from '#api/index.ts';
import { deepEqual, isObject, type Json, type JsonObject } from '#objects/index.ts';
import { holdTasks } from '#plan/index.ts';

export interface Review {
  readonly uid: string;
  readonly before: KarmadaBinding['spec'];
  readonly after: KarmadaBinding['spec'];
}

/** @param body an AdmissionReview; undefined when it is none */
export function readReview(body: Json): Review | undefined {
  if (!isObject(body) || !isObject(body['request'])) return undefined;
  const { uid, object, oldObject } = body['request'];
  if (typeof uid !== 'string') return undefined;
  return { uid, before: specOf(oldObject), after: specOf(object) };
}

function specOf(object: Json | undefined): KarmadaBinding['spec'] {
  if (!isObject(object) || !isObject(object['spec'])) return {};
  const tasks = object['spec']['gracefulEvictionTasks'];
  return Array.isArray(tasks) ? ({ gracefulEvictionTasks: tasks } as unknown as KarmadaBinding['spec']) : {};
}

/** Clusters that something starts to leave. */
export function newlyLeft({ before, after }: Review): string[] {
  const known = new Set((before.gracefulEvictionTasks ?? []).map(({ fromCluster }) => fromCluster));
  const all = (after.gracefulEvictionTasks ?? []).map(({ fromCluster }) => fromCluster);
  return all.filter((cluster) => !known.has(cluster));
}

/** Always allowed; changed where something is to be held. */
export function answerReview({ uid, before, after }: Review, atOnce: ReadonlySet<string>): JsonObject {
  const tasks = after.gracefulEvictionTasks ?? [];
  const held = holdTasks(before.gracefulEvictionTasks ?? [], tasks, (cluster) => atOnce.has(cluster));
  const patch = [{ op: 'replace', path: '/spec/gracefulEvictionTasks', value: held }];
  const change = deepEqual(held, tasks) ? {} : { patchType: 'JSONPatch', patch: btoa(JSON.stringify(patch)) };
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid, allowed: true, ...change },
  };
}
