/** A client for one context of a sandbox's kubeconfig. */
import { SealaneError } from '#kit/index.ts';
import { type Access, type Client, createClient, readKubeconfig } from '#kube/index.ts';
import { readTopologyState, statePaths } from '#sandbox/supervise/index.ts';

/** @throws `sandbox/not-up`, `sandbox/not-privileged`, `sandbox/unknown-context` */
export async function withContext<T>(
  sandbox: string,
  context: string,
  use: (client: Client, access: Access) => Promise<T>,
): Promise<T> {
  const { kubeconfig } = statePaths(sandbox);
  const known = ['hub', ...readTopologyState(sandbox).clusters.map(({ name }) => name)];
  if (!known.includes(context)) {
    throw new SealaneError('sandbox/unknown-context', `find context "${context}"`, {
      hint: `known are ${known.join(', ')}`,
    });
  }
  const access = readKubeconfig(kubeconfig, { context });
  const client = createClient(access);
  try {
    return await use(client, access);
  } finally {
    client.close();
  }
}
