/** How well an object does in a member (karmada-io/karmada, pkg/resourceinterpreter; ours as in our customization). Pure. */
import type { Condition } from '#objects/index.ts';
import { replicasOf } from '../render/replicas.ts';
import type { AnyObject, Health } from '../types.ts';
import { readsConditions } from './aggregate-conditions.ts';

export function healthOf(object: AnyObject): Health {
  if (replicasOf(object) !== undefined) return workloadHealth(object);
  if (readsConditions(object)) return conditionHealth(object);
  return 'Healthy';
}

function workloadHealth({ metadata, spec = {}, status = {} }: AnyObject): Health {
  const count = (field: string) => Number(status[field] ?? 0);
  const current = count('observedGeneration') >= (metadata.generation ?? 0);
  const updated = count('updatedReplicas') >= Number(spec['replicas'] ?? 1);
  return current && updated && count('availableReplicas') >= count('updatedReplicas') ? 'Healthy' : 'Unhealthy';
}

/** An export in a cluster that has no such Service is as it should be: it went to every member. */
function conditionHealth({ status = {} }: AnyObject): Health {
  const conditions = (status['conditions'] ?? []) as readonly Condition[];
  if (conditions.some(({ type, status: is }) => type === 'Conflict' && is === 'True')) return 'Unhealthy';
  const judged = conditions.find(({ type }) => type === 'Valid' || type === 'Accepted');
  return judged?.status === 'True' || judged?.reason === 'NoService' ? 'Healthy' : 'Unhealthy';
}
