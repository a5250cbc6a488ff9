/** `sealane uninstall --kubeconfig`: takes sealane's own objects out of a member; what users wrote stays. */
import {
  CLUSTER_EXPORTS,
  ENDPOINT_SLICES,
  LABEL_DERIVED,
  LABEL_IMPORTED,
  LABEL_MANAGED_BY,
  LABEL_MIRROR,
  MANAGED_BY_MEMBER,
  MEMBER_CLUSTERS,
  NAMESPACES,
  SERVICE_IMPORTS,
  SERVICES,
  SYSTEM_NAMESPACE,
} from '#api/index.ts';
import { isFault } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';
import type { KubeObject, ResourceType } from '#objects/index.ts';

/** Kinds of which sealane makes objects in a member, and by which label they are known; none: all of the kind. */
const OURS: readonly (readonly [type: ResourceType, labelSelector: string | undefined])[] = [
  [ENDPOINT_SLICES, `${LABEL_MANAGED_BY}=${MANAGED_BY_MEMBER}`],
  [SERVICES, LABEL_DERIVED],
  [SERVICE_IMPORTS, LABEL_IMPORTED],
  [CLUSTER_EXPORTS, undefined],
  [MEMBER_CLUSTERS, LABEL_MIRROR],
];

/**
 * The member's process must be gone: it would make them again. Kinds and roles go as they came (`sealane crds`, `sealane rbac`).
 *
 * @returns `endpointslices.discovery.k8s.io demo/web-x` of each that was there
 * @throws `kube/forbidden` and the like
 */
export async function uninstallCluster(client: Client, dryRun: boolean): Promise<string[]> {
  const removed: string[] = [];
  for (const [type, labelSelector] of OURS) {
    for (const { metadata } of await listServed(client, type, labelSelector)) {
      if (!dryRun) await client.delete(type, metadata);
      removed.push(`${type.plural} ${[metadata.namespace, metadata.name].filter(Boolean).join('/')}`);
    }
  }
  const system = { name: SYSTEM_NAMESPACE };
  if (!(await client.find(NAMESPACES, system))) return removed;
  if (!dryRun) await client.delete(NAMESPACES, system);
  return [...removed, `namespaces ${SYSTEM_NAMESPACE}`];
}

async function listServed(client: Client, type: ResourceType, labelSelector?: string): Promise<KubeObject[]> {
  try {
    return await client.list(type, { labelSelector });
  } catch (error) {
    if (isFault(error, 'kube/not-found')) return []; // the kind is not served
    throw error;
  }
}
