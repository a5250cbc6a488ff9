import type { ResourceType } from '#objects/index.ts';

export const GROUPS = ['multicluster.flomesh.io', 'flomesh.io'] as const;
export type FlomeshGroup = (typeof GROUPS)[number];

const KINDS = [
  { plural: 'serviceexports', kind: 'ServiceExport', namespaced: true },
  { plural: 'globaltrafficpolicies', kind: 'GlobalTrafficPolicy', namespaced: true },
  { plural: 'clusters', kind: 'Cluster', namespaced: false },
] as const;

/** The six resources, for watching. */
export function compatTypes(): readonly ResourceType[] {
  return GROUPS.flatMap((group) => KINDS.map((kind) => ({ group, version: 'v1alpha1', ...kind })));
}

/** The group of an object by its apiVersion. */
export function groupOf({ apiVersion }: { readonly apiVersion: string }): FlomeshGroup {
  return apiVersion.startsWith('multicluster.') ? 'multicluster.flomesh.io' : 'flomesh.io';
}
