import type { CustomResourceDefinition } from '../schema/custom-resource.ts';
import { serviceExportCrd, serviceImportCrd } from './mcs-crds.ts';
import { clusterExportCrd, globalTrafficPolicyCrd, memberClusterCrd } from './sealane-crds.ts';

export type Role = 'hub' | 'member';

const SETS: Record<Role, readonly CustomResourceDefinition[]> = {
  hub: [memberClusterCrd, clusterExportCrd],
  member: [memberClusterCrd, clusterExportCrd, globalTrafficPolicyCrd, serviceExportCrd, serviceImportCrd],
};

/** The CustomResourceDefinitions that a cluster of this role needs; the ancestors' kinds come from elsewhere. */
export function crds({ role }: { readonly role: Role }): CustomResourceDefinition[] {
  return structuredClone([...SETS[role]]);
}
