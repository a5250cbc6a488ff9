/** All of a container's environment: what every pod here gets, and what its specification says. */
import { CONFIG_MAPS, SECRETS } from '#api/index.ts';
import type { Client } from '#kube/index.ts';
import type { KubeObject } from '#objects/index.ts';
import type { Container, Pod } from '#sandbox/workloads/index.ts';
import type { NodeConfig } from './config.ts';
import { POD_PATH } from './launchers.ts';
import { containerEnv, type Lookup } from './pod-env.ts';
import type { PodContext, PodEntry } from './pod-entry.ts';

export async function environment(
  { config, binFolder, client }: PodContext,
  pod: Pod,
  { lanAddresses }: NodeConfig,
  { record, folder }: PodEntry,
  container: Container,
): Promise<Record<string, string>> {
  const lookup = lookupIn(client, record.namespace);
  return {
    PATH: `${POD_PATH}:${binFolder}`,
    HOME: '/root',
    HOSTNAME: pod.spec.hostname ?? pod.metadata.name,
    SEALANE_SANDBOX_CLUSTER: config.cluster,
    SEALANE_SANDBOX_POD_IPS: record.addresses.join(','),
    SEALANE_SANDBOX_POD_DIR: folder,
    ...(await containerEnv(container, { pod, addresses: record.addresses, hostAddresses: lanAddresses, lookup })),
  };
}

interface Data extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

function lookupIn(client: Client, namespace: string): Lookup {
  return async (kind, name) => {
    const found = await client.find<Data>(kind === 'secret' ? SECRETS : CONFIG_MAPS, { namespace, name });
    if (!found) return undefined;
    return kind === 'secret' ? decoded(found.data ?? {}) : (found.data ?? {});
  };
}

function decoded(data: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(data);
  return Object.fromEntries(entries.map(([key, text]) => [key, Buffer.from(text, 'base64').toString('utf8')]));
}
