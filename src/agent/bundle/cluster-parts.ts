/** Objects of our kinds and those around them. Secrets are never asked for. */
import {
  CLUSTER_EXPORTS,
  CONFIG_MAPS,
  ENDPOINT_SLICES,
  GLOBAL_TRAFFIC_POLICIES,
  LEASES,
  MEMBER_CLUSTERS,
  NAMESPACES,
  NODES,
  PODS,
  SERVICE_EXPORTS,
  SERVICE_IMPORTS,
  SERVICES,
} from '#api/index.ts';
import { compatTypes } from '#compat/index.ts';
import { type Clock, isFault } from '#kit/index.ts';
import { createClient, readKubeconfig } from '#kube/index.ts';
import type { ResourceType } from '#objects/index.ts';
import type { ClusterAccess, Part } from './parts.ts';

const OURS = 'sealane-system';
const KINDS: readonly { readonly type: ResourceType; readonly namespace?: string }[] = [
  ...[MEMBER_CLUSTERS, CLUSTER_EXPORTS, SERVICE_EXPORTS, SERVICE_IMPORTS, GLOBAL_TRAFFIC_POLICIES],
  ...compatTypes(),
  ...[NODES, NAMESPACES, SERVICES, ENDPOINT_SLICES, PODS],
].map((type) => ({ type }));
const OF_OURS = [CONFIG_MAPS, LEASES].map((type) => ({ type, namespace: OURS }));

export function clusterParts({ name, kubeconfig, context }: ClusterAccess, clock: Clock): Part[] {
  return [...KINDS, ...OF_OURS].map(({ type, namespace }) => ({
    name: `clusters/${name}/${type.plural}${type.group === '' ? '' : `.${type.group}`}.json`,
    read: async () => {
      const client = createClient(readKubeconfig(kubeconfig, { context }), { clock });
      try {
        return await client.list(type, { ...(namespace !== undefined && { namespace }) });
      } catch (error) {
        if (isFault(error, 'kube/not-found')) return 'this API server does not have the kind\n';
        throw error;
      } finally {
        client.close();
      }
    },
  }));
}
