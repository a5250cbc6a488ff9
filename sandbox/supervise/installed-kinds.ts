/** The kinds that an API server of the sandbox serves beside Kubernetes' own. */
import { crds } from '#api/index.ts';
import { compatCrds } from '#compat/index.ts';
import type { KubeObject } from '#objects/index.ts';
import { propagationCrds } from '#sandbox/karmada/index.ts';

/** A hub holds templates of whatever members serve, and the propagation's own kinds. */
export function installedKinds(role: 'hub' | 'member'): KubeObject[] {
  const member = [...crds({ role: 'member' }), ...compatCrds()];
  if (role === 'member') return member;
  const all = [...crds({ role: 'hub' }), ...propagationCrds(), ...member];
  return [...new Map(all.map((crd) => [crd.metadata.name, crd])).values()];
}
