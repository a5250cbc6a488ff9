/** Whether a cluster is one that an affinity means. */
import { labelRequirements, matchesLabels } from '#objects/index.ts';
import type { ClusterAffinity, KarmadaCluster } from '../types.ts';

export function matchesAffinity(affinity: ClusterAffinity, cluster: KarmadaCluster): boolean {
  const { clusterNames = [], exclude = [], labelSelector, fieldSelector } = affinity;
  const { name, labels } = cluster.metadata;
  if (exclude.includes(name)) return false;
  if (clusterNames.length > 0 && !clusterNames.includes(name)) return false;
  if (labelSelector) {
    const read = labelRequirements(labelSelector);
    if (!read.ok || !matchesLabels(read.value, labels)) return false;
  }
  return (fieldSelector?.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const has = fieldOf(cluster, key).some((value) => values.includes(value));
    return operator === 'NotIn' ? !has : has;
  });
}

function fieldOf({ spec = {} }: KarmadaCluster, key: string): readonly string[] {
  if (key === 'zone') return spec.zones ?? (spec.zone === undefined ? [] : [spec.zone]);
  const value = key === 'region' ? spec.region : key === 'provider' ? spec.provider : undefined;
  return value === undefined ? [] : [value];
}
