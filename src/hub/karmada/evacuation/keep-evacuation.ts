/** Writes what was decided: the drain of a member, and the holds of what leaves it. */
import {
  ANNOTATION_EVACUATION,
  FIELD_MANAGER,
  KARMADA_BINDINGS,
  KARMADA_CLUSTER_BINDINGS,
  type KarmadaBinding,
  MEMBER_CLUSTERS,
  type MemberCluster,
} from '#api/index.ts';
import type { Client } from '#kube/index.ts';
import { keyOf } from '#objects/index.ts';
import type { Log } from '#kit/index.ts';
import { decideEvacuation, type EvacuationView } from './decide.ts';

const OPTIONS = { fieldManager: FIELD_MANAGER.hub };

/**
 * @returns in how many milliseconds it is to be looked at again although nothing changed
 * @throws `kube/conflict` when somebody else wrote in between
 */
export async function keepEvacuation(client: Client, log: Log, view: EvacuationView): Promise<number | undefined> {
  const { member } = view;
  const { name } = member.metadata;
  const { state, drain, tasks, againMs } = decideEvacuation(view);
  if (await keepMark(client, member, state, drain)) log.info({ member: name, state, drain }, 'evacuation');
  for (const { binding, suppressDeletion } of tasks) {
    await writeTask(client, binding, name, suppressDeletion);
    log.info({ member: name, binding: keyOf(binding), held: suppressDeletion }, 'eviction');
  }
  return againMs;
}

/** It is no member: nothing is drained, and nothing may wait for that. */
export async function letGo(client: Client, bindings: readonly KarmadaBinding[], cluster: string): Promise<void> {
  const held = bindings.filter(({ spec }) =>
    spec.gracefulEvictionTasks?.some((task) => task.fromCluster === cluster && task.suppressDeletion),
  );
  for (const binding of held) await writeTask(client, binding, cluster, false);
}

/** @returns whether something was written */
async function keepMark(
  client: Client,
  { metadata: { name, resourceVersion, annotations } }: MemberCluster,
  state: string | undefined,
  drain: boolean | undefined,
): Promise<boolean> {
  if (annotations?.[ANNOTATION_EVACUATION] === state && drain === undefined) return false;
  const mark = { metadata: { resourceVersion, annotations: { [ANNOTATION_EVACUATION]: state ?? null } } };
  const patch = drain === undefined ? mark : { ...mark, spec: { drain } };
  await client.patch(MEMBER_CLUSTERS, { name }, patch, OPTIONS);
  return true;
}

async function writeTask(
  client: Client,
  { metadata, spec: { gracefulEvictionTasks = [] } }: KarmadaBinding,
  cluster: string,
  suppressDeletion: boolean,
): Promise<void> {
  const tasks = gracefulEvictionTasks.map((task) => {
    const { gracePeriodSeconds: _, ...rest } = task;
    return task.fromCluster === cluster ? { ...rest, suppressDeletion } : task;
  });
  const type = metadata.namespace === undefined ? KARMADA_CLUSTER_BINDINGS : KARMADA_BINDINGS;
  const { resourceVersion } = metadata;
  await client.patch(
    type,
    metadata,
    { metadata: { resourceVersion }, spec: { gracefulEvictionTasks: tasks } },
    OPTIONS,
  );
}
