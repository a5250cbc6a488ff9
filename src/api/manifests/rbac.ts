import type { KubeObject } from '#objects/index.ts';
import type { Role } from './crds.ts';

/** Namespace, accounts and rights of the processes of this role. @param member on the hub: bind this member's account to its own namespace */
export function rbac(request: { readonly role: Role; readonly member?: string }): KubeObject[] {
  throw new Error(`not written: ${request.role}`);
}
