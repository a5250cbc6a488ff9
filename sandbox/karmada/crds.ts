import type { KubeObject } from '#objects/index.ts';

/** CustomResourceDefinitions to create on the hub before anything is propagated. */
export function propagationCrds(): readonly KubeObject[] {
  return [];
}
