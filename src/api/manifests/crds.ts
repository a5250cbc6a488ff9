import type { KubeObject } from '#objects/index.ts';

export type Role = 'hub' | 'member';

/** The CustomResourceDefinitions that a cluster of this role needs; the ancestors' kinds come from elsewhere. */
export function crds(request: { readonly role: Role }): KubeObject[] {
  throw new Error(`not written: ${request.role}`);
}
