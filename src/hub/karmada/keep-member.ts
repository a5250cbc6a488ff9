/** Karmada's Clusters are members of the set: each gets a MemberCluster with its region and zone. What an admin wrote stays. */
import {
  FIELD_MANAGER,
  KARMADA_CLUSTERS,
  type KarmadaCluster,
  LABEL_FROM,
  MEMBER_CLUSTERS,
  MEMBER_NAME_MAX,
  type MemberCluster,
  SEALANE_GROUP,
} from '#api/index.ts';
import { isFault } from '#kit/index.ts';
import type { Client } from '#kube/index.ts';

export async function keepMember(
  client: Client,
  cluster: KarmadaCluster,
  member: MemberCluster | undefined,
): Promise<void> {
  const { name, deletionTimestamp } = cluster.metadata;
  if (deletionTimestamp || name.length > MEMBER_NAME_MAX) return;
  const place = placeOf(cluster);
  const options = { fieldManager: FIELD_MANAGER.hub };
  if (!member) {
    // A hub that was emptied still has Clusters in our cache; made from them, a member would lose the transport that its mirror knows.
    if (!(await client.find(KARMADA_CLUSTERS, { name }))) return;
    const made: MemberCluster = {
      apiVersion: `${SEALANE_GROUP}/v1alpha1`,
      kind: 'MemberCluster',
      metadata: { name, labels: { [LABEL_FROM]: 'karmada' } },
      spec: place,
    };
    await client.create(MEMBER_CLUSTERS, made, options).catch(unlessExists);
    return;
  }
  if (member.metadata.labels?.[LABEL_FROM] !== 'karmada') return;
  const differs = Object.entries(place).some(([field, value]) => member.spec?.[field as keyof typeof place] !== value);
  if (differs) await client.patch(MEMBER_CLUSTERS, { name }, { spec: place }, options);
}

function placeOf({ spec = {} }: KarmadaCluster): { readonly region?: string; readonly zone?: string } {
  const zone = spec.zone ?? spec.zones?.[0];
  return { ...(spec.region && { region: spec.region }), ...(zone && { zone }) };
}

function unlessExists(error: unknown): void {
  if (!isFault(error, 'kube/exists')) throw error;
}
