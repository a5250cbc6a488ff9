/** One record → its replica in this member's namespace on the hub. The hub is a cache: whatever is missing there is put back. */
import {
  CLUSTER_EXPORTS,
  type ClusterExport,
  FIELD_MANAGER,
  hubNamespace,
  hubRecordName,
  LABEL_MEMBER,
  LABEL_SKIP_PROPAGATION,
  type Namespace,
  NAMESPACES,
} from '#api/index.ts';
import { isFault } from '#kit/index.ts';
import { ensure } from '../ensure.ts';
import { isWithdrawn, type MemberState, nameIsOurs, ownSpec } from '../member-state.ts';

/** @param key `namespace/name` of the service */
export async function replicate(state: MemberState, key: string): Promise<void> {
  const { caches, settings } = state;
  // Once removed it stays out, though its process may still run: the hub's side cleans up.
  if (!caches.hubConnected || !nameIsOurs(state) || ownSpec(state).removed) return;
  const record = caches.records.get(key);
  const replica = caches.hubExports.get(hubKey(settings.cluster, key));
  if (!record || isWithdrawn(record)) {
    if (replica) await settings.hub.delete(CLUSTER_EXPORTS, replica.metadata);
    return;
  }
  // Deleted and made again is another export with another place in the order: the hub must say a new time.
  if (replica && replica.spec.exportUID !== record.spec.exportUID && !record.spec.exportedAt) {
    await settings.hub.delete(CLUSTER_EXPORTS, replica.metadata);
    await settle(state, record, await put(state, record, undefined));
    return;
  }
  await settle(state, record, await put(state, record, replica));
}

export function hubKey(cluster: string, key: string): string {
  const at = key.indexOf('/');
  return `${hubNamespace(cluster)}/${hubRecordName(key.slice(0, at), key.slice(at + 1))}`;
}

async function put(
  state: MemberState,
  record: ClusterExport,
  replica: ClusterExport | undefined,
): Promise<ClusterExport> {
  const { hub, cluster } = state.settings;
  const { namespace, name } = record.spec.service;
  const desired: ClusterExport = {
    apiVersion: record.apiVersion,
    kind: 'ClusterExport',
    metadata: { namespace: hubNamespace(cluster), name: hubRecordName(namespace, name) },
    spec: record.spec,
  };
  try {
    return await ensure(hub, CLUSTER_EXPORTS, replica, desired);
  } catch (error) {
    if (replica || !isFault(error, 'kube/not-found')) throw error;
    await createNamespace(state);
    return ensure(hub, CLUSTER_EXPORTS, undefined, desired);
  }
}

/** The hub's time of first publication goes into the record, once. */
async function settle({ settings }: MemberState, record: ClusterExport, replica: ClusterExport): Promise<void> {
  if (record.spec.exportedAt) return;
  const exportedAt = replica.spec.exportedAt ?? replica.metadata.creationTimestamp;
  if (!exportedAt) return;
  const { uid, resourceVersion, namespace, name } = record.metadata;
  const patch = { metadata: { uid, resourceVersion }, spec: { exportedAt } };
  await settings.client.patch(CLUSTER_EXPORTS, { namespace, name }, patch, { fieldManager: FIELD_MANAGER.member });
}

async function createNamespace({ settings }: MemberState): Promise<void> {
  const { hub, cluster } = settings;
  const labels = { [LABEL_MEMBER]: cluster, [LABEL_SKIP_PROPAGATION]: 'true' };
  const namespace: Namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: hubNamespace(cluster), labels },
  };
  try {
    await hub.create(NAMESPACES, namespace, { fieldManager: FIELD_MANAGER.member });
  } catch (error) {
    if (!isFault(error, 'kube/exists')) throw error;
  }
}
