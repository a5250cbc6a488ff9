/** Cells of a table that no single field holds, as kubectl shows them. */
import { isObject, type Json, type JsonObject, textOf } from '#objects/index.ts';

export function summaryOf(plural: string, object: JsonObject): JsonObject {
  return summaries[plural]?.(object) ?? {};
}

const summaries: Readonly<Record<string, (object: JsonObject) => JsonObject>> = {
  nodes: (node) => ({
    ready: conditionStatus(node, 'Ready') === 'True' ? 'Ready' : 'NotReady',
    internalIP: textOf(items(at(node, 'status', 'addresses')).find(({ type }) => type === 'InternalIP')?.address),
  }),
  pods: podSummary,
  services: serviceSummary,
  endpointslices: (slice) => ({
    ports:
      items(slice.ports)
        .map(({ port }) => textOf(port))
        .join(',') || '<unset>',
    endpoints:
      firstThree(items(slice.endpoints).flatMap(({ addresses }) => (addresses as string[]) ?? [])) || '<unset>',
  }),
  configmaps: ({ data, binaryData }) => ({ data: size(data) + size(binaryData) }),
  secrets: ({ data }) => ({ data: size(data) }),
  events: ({ involvedObject, regarding }) => {
    const of = (involvedObject ?? regarding) as JsonObject | undefined;
    return { object: `${textOf(of?.kind).toLowerCase()}/${textOf(of?.name)}` };
  },
  deployments: (deployment) => ({
    ready: `${number(at(deployment, 'status', 'readyReplicas'))}/${number(at(deployment, 'spec', 'replicas'))}`,
    updated: number(at(deployment, 'status', 'updatedReplicas')),
    available: number(at(deployment, 'status', 'availableReplicas')),
  }),
  replicasets: (set) => ({ readyCount: number(at(set, 'status', 'readyReplicas')) }),
  statefulsets: (set) => ({
    ready: `${number(at(set, 'status', 'readyReplicas'))}/${number(at(set, 'spec', 'replicas'))}`,
  }),
  rolebindings: boundRole,
  clusterrolebindings: boundRole,
  horizontalpodautoscalers: (hpa) => ({
    reference: `${textOf(at(hpa, 'spec', 'scaleTargetRef', 'kind'))}/${textOf(at(hpa, 'spec', 'scaleTargetRef', 'name'))}`,
  }),
};

function boundRole(binding: JsonObject): JsonObject {
  return { role: `${textOf(at(binding, 'roleRef', 'kind'))}/${textOf(at(binding, 'roleRef', 'name'))}` };
}

function podSummary(pod: JsonObject): JsonObject {
  const statuses = items(at(pod, 'status', 'containerStatuses'));
  const ready = statuses.filter((status) => status.ready === true).length;
  const restarts = statuses.reduce((sum, { restartCount }) => sum + number(restartCount), 0);
  return {
    ready: `${ready}/${items(at(pod, 'spec', 'containers')).length}`,
    status: podStatus(pod, statuses),
    restarts,
  };
}

function podStatus(pod: JsonObject, statuses: readonly JsonObject[]): string {
  if (at(pod, 'metadata', 'deletionTimestamp')) return 'Terminating';
  for (const status of statuses) {
    const reason = at(status, 'state', 'waiting', 'reason') ?? at(status, 'state', 'terminated', 'reason');
    if (reason) return textOf(reason);
  }
  return textOf(at(pod, 'status', 'reason') ?? at(pod, 'status', 'phase') ?? 'Unknown');
}

function serviceSummary(service: JsonObject): JsonObject {
  const ports = items(at(service, 'spec', 'ports')).map(
    ({ port, nodePort, protocol }) => `${textOf(port)}${nodePort ? `:${textOf(nodePort)}` : ''}/${textOf(protocol)}`,
  );
  const selector = Object.entries((at(service, 'spec', 'selector') as JsonObject | undefined) ?? {});
  return {
    externalIP: textOf(at(service, 'spec', 'externalName')) || '<none>',
    ports: ports.join(',') || '<none>',
    selector: selector.map(([key, value]) => `${key}=${textOf(value)}`).join(',') || '<none>',
  };
}

function conditionStatus(object: JsonObject, type: string): Json | undefined {
  return items(at(object, 'status', 'conditions')).find((condition) => condition.type === type)?.status;
}

function firstThree(values: readonly string[]): string {
  const more = values.length - 3;
  return values.slice(0, 3).join(',') + (more > 0 ? ` + ${more} more...` : '');
}

function at(value: Json | undefined, ...path: string[]): Json | undefined {
  return path.reduce<Json | undefined>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);
}

function items(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function size(value: Json | undefined): number {
  return isObject(value) ? Object.keys(value).length : 0;
}

function number(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}
