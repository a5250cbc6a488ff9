/** The status of a template, from what became of it in the members. Pure. */
import { TEMPLATE_GENERATION } from '../names.ts';
import type { AggregatedItem, AnyObject } from '../types.ts';
import { aggregateConditions, readsConditions } from './aggregate-conditions.ts';

export interface Reflected extends AggregatedItem {
  /** As the member has it; absent where it is not there yet. */
  readonly object?: AnyObject;
}

const SUMS: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas'],
  StatefulSet: ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'currentReplicas'],
};

/** Undefined: this kind's status is left alone, or nothing is known yet. */
export function aggregateStatus(
  template: AnyObject,
  items: readonly Reflected[],
): Readonly<Record<string, unknown>> | undefined {
  const sums = template.apiVersion === 'apps/v1' ? SUMS[template.kind] : undefined;
  if (sums) return workload(template, sums, items);
  if (template.apiVersion === 'v1' && template.kind === 'Service') return service(template, items);
  return readsConditions(template) ? aggregateConditions(items) : undefined;
}

/** `observedGeneration` moves only when every member has seen the template as it is now. */
function workload(
  template: AnyObject,
  fields: readonly string[],
  items: readonly Reflected[],
): Readonly<Record<string, unknown>> {
  const generation = template.metadata.generation ?? 0;
  const sums = fields.map((field) => {
    const sum = items.reduce((total, { status }) => total + Number(status?.[field] ?? 0), 0);
    // Absent is how Kubernetes writes 0; null takes a former count away.
    return [field, sum === 0 ? null : sum];
  });
  const seen = items.length > 0 && items.every(({ object }) => object !== undefined && hasSeen(object, generation));
  const observed = seen ? generation : template.status?.['observedGeneration'];
  return { ...Object.fromEntries(sums), ...(observed === undefined ? {} : { observedGeneration: observed }) };
}

function hasSeen({ metadata, status = {} }: AnyObject, generation: number): boolean {
  const rendered = Number(metadata.annotations?.[TEMPLATE_GENERATION] ?? 0);
  return rendered >= generation && Number(status['observedGeneration'] ?? 0) >= (metadata.generation ?? 0);
}

function service(template: AnyObject, items: readonly Reflected[]): Readonly<Record<string, unknown>> | undefined {
  if (template.spec?.['type'] !== 'LoadBalancer') return undefined;
  const ingress = items.flatMap(({ status }) => {
    const balancer = status?.['loadBalancer'] as { readonly ingress?: readonly unknown[] } | undefined;
    return balancer?.ingress ?? [];
  });
  return { loadBalancer: { ingress } };
}
