/** A member's namespace: there while it is a member, empty once it was removed. */
import {
  CLUSTER_EXPORTS,
  type ClusterExport,
  FIELD_MANAGER,
  hubNamespace,
  LABEL_MEMBER,
  LABEL_SKIP_PROPAGATION,
  type MemberCluster,
  type Namespace,
  NAMESPACES,
} from '#api/index.ts';
import { isFault } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';

export interface NamespaceView {
  readonly client: Client;
  readonly namespace: Namespace | undefined;
  readonly records: readonly ClusterExport[];
}

export async function keepNamespace(view: NamespaceView, member: MemberCluster): Promise<void> {
  const { client, records } = view;
  if (!member.spec?.removed) return ensureNamespace(view, member.metadata.name);
  for (const { metadata } of records) await client.delete(CLUSTER_EXPORTS, metadata, { uid: metadata.uid });
}

async function ensureNamespace({ client, namespace }: NamespaceView, member: string): Promise<void> {
  const labels = { [LABEL_MEMBER]: member, [LABEL_SKIP_PROPAGATION]: 'true' };
  const name = hubNamespace(member);
  const options = { fieldManager: FIELD_MANAGER.hub };
  if (!namespace) {
    const made: Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
    await client.create(NAMESPACES, made, options).catch(unlessExists);
    return;
  }
  const missing = Object.entries(labels).some(([key, value]) => namespace.metadata.labels?.[key] !== value);
  if (missing) await client.patch(NAMESPACES, { name }, { metadata: { labels } }, options);
}

function unlessExists(error: unknown): void {
  if (!isFault(error, 'kube/exists')) throw error;
}
