/** Kinds whose replicas are divided among clusters (Karmada's built-in interpreter knows these). Pure. */
import type { AnyObject } from '../types.ts';

const WITH_REPLICAS = ['apps/v1 Deployment', 'apps/v1 StatefulSet', 'apps/v1 ReplicaSet'];

/** Undefined for other kinds. */
export function replicasOf({ apiVersion, kind, spec }: AnyObject): number | undefined {
  if (!WITH_REPLICAS.includes(`${apiVersion} ${kind}`)) return undefined;
  const replicas = spec?.['replicas'];
  return typeof replicas === 'number' ? replicas : 1;
}
