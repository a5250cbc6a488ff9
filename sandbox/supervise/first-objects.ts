/** What must be in the API servers before anyone else starts. */
import { MEMBER_CLUSTERS } from '#api/index.ts';
import { type Client, createClient, readKubeconfig } from '#kube/index.ts';
import type { Cluster, Topology } from '#sandbox/topology/index.ts';
import type { StatePaths } from './state.ts';

const FIELD_MANAGER = 'sealane-sandbox';

export async function createFirstObjects(paths: StatePaths, topology: Topology): Promise<void> {
  await withClient(paths, 'hub', async (hub) => {
    for (const cluster of topology.clusters) await applyMember(hub, cluster);
  });
}

/** As an administrator: by the merged kubeconfig, from the machine. */
export async function withClient<T>(
  paths: StatePaths,
  context: string,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = createClient(readKubeconfig(paths.kubeconfig, { context }));
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

async function applyMember(hub: Client, { name, transport, region, zone }: Cluster): Promise<void> {
  const spec = { transport, ...(region === undefined ? {} : { region }), ...(zone === undefined ? {} : { zone }) };
  const member = { apiVersion: 'sealane.dev/v1alpha1', kind: 'MemberCluster', metadata: { name }, spec };
  await hub.apply(MEMBER_CLUSTERS, member, { fieldManager: FIELD_MANAGER });
}
