/** What a policy asks for that this propagation does not do: refused in a condition, never passed over. Pure. */
import { deepEqual } from '#objects/index.ts';

/** Undefined: any value is honoured. Else the values that ask for no more than what is done anyway. */
const SPEC: Readonly<Record<string, readonly unknown[] | undefined>> = {
  resourceSelectors: undefined,
  placement: undefined,
  priority: undefined,
  conflictResolution: ['Abort', 'Overwrite'],
  preemption: ['Never'],
  schedulerName: ['default-scheduler'],
  propagateDeps: [false],
  preserveResourcesOnDeletion: [false],
};

const PLACEMENT: typeof SPEC = {
  clusterAffinity: undefined,
  replicaScheduling: undefined,
  clusterTolerations: undefined,
  spreadConstraints: [[]],
};

const AFFINITY: typeof SPEC = {
  clusterNames: undefined,
  exclude: undefined,
  labelSelector: undefined,
  fieldSelector: undefined,
};

const REPLICAS: typeof SPEC = {
  replicaSchedulingType: ['Duplicated', 'Divided'],
  replicaDivisionPreference: ['Weighted'],
  weightPreference: undefined,
};

/** @returns a sentence for each, such as `placement.spreadConstraints is not supported` */
/** @param namespace of the policy; none: it is of the whole set */
export function unsupported(spec: unknown, namespace: string | undefined): string[] {
  const policy = record(spec);
  const placement = record(policy['placement']);
  const replicas = record(placement['replicaScheduling']);
  const weights = record(replicas['weightPreference']);
  return [
    ...beyond(policy, SPEC, ''),
    ...beyond(placement, PLACEMENT, 'placement.'),
    ...beyond(record(placement['clusterAffinity']), AFFINITY, 'placement.clusterAffinity.'),
    ...beyond(replicas, REPLICAS, 'placement.replicaScheduling.'),
    ...beyond(weights, { staticWeightList: undefined }, 'placement.replicaScheduling.weightPreference.'),
    ...listOf(weights['staticWeightList']).flatMap((rule, i) =>
      beyond(
        record(record(rule)['targetCluster']),
        AFFINITY,
        `placement.replicaScheduling.weightPreference.staticWeightList[${i}].targetCluster.`,
      ),
    ),
    ...listOf(policy['resourceSelectors']).flatMap((selector, i) =>
      namespace === undefined ? [] : foreign(record(selector), i, namespace),
    ),
  ];
}

export function beyond(given: Readonly<Record<string, unknown>>, known: typeof SPEC, path: string): string[] {
  return Object.entries(given).flatMap(([field, value]) => {
    if (value === undefined || value === null) return [];
    if (!Object.hasOwn(known, field)) return [`${path}${field} is not supported`];
    const honoured = known[field];
    if (honoured === undefined || honoured.some((it) => deepEqual(it, value))) return [];
    return [`${path}${field}: ${JSON.stringify(value)} is not supported`];
  });
}

function foreign(selector: Readonly<Record<string, unknown>>, i: number, namespace: string): string[] {
  const asked = selector['namespace'];
  if (asked === undefined || asked === '' || asked === namespace) return [];
  return [`resourceSelectors[${i}].namespace must be ${namespace}, the policy's own`];
}

export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
