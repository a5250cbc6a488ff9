/** Karmada's names: what it writes on templates, bindings and member objects (karmada-io/karmada, pkg/util/constants.go and pkg/apis). */
import { KARMADA_BINDINGS as BINDINGS, KARMADA_CLUSTER_BINDINGS as CLUSTER_BINDINGS } from '#api/index.ts';
import type { ResourceType } from '#objects/index.ts';

export const MANAGED = 'karmada.io/managed';
export const TEMPLATE_UID = 'resourcetemplate.karmada.io/uid';
export const TEMPLATE_GENERATION = 'resourcetemplate.karmada.io/generation';
export const RETAIN_REPLICAS = 'resourcetemplate.karmada.io/retain-replicas';
/** Where the rendered object's hash is kept: tells a changed template from what the member's API server filled in. */
export const RENDERED = 'sealane.dev/rendered';

/** The claim of a policy: this label, and the two annotations that name it. */
export const CLAIM_ID = 'propagationpolicy.karmada.io/permanent-id';
export const CLAIM_NAMESPACE = 'propagationpolicy.karmada.io/namespace';
export const CLAIM_NAME = 'propagationpolicy.karmada.io/name';

/** The same of a ClusterPropagationPolicy. */
export const CLUSTER_CLAIM_ID = 'clusterpropagationpolicy.karmada.io/permanent-id';
export const CLUSTER_CLAIM_NAME = 'clusterpropagationpolicy.karmada.io/name';

export const BINDING_FINALIZER = 'karmada.io/binding-controller';
export const WORK_NAME = 'work.karmada.io/name';
export const WORK_NAMESPACE = 'work.karmada.io/namespace';

/** Taints of clusters that do not answer, as Karmada sets them. */
export const NOT_READY = 'cluster.karmada.io/not-ready';

export const FIELD_MANAGER = 'sealane-propagation';

const policy = (plural: string, kind: string, namespaced: boolean): ResourceType => ({
  group: 'policy.karmada.io',
  version: 'v1alpha1',
  plural,
  kind,
  namespaced,
});
export const POLICIES = policy('propagationpolicies', 'PropagationPolicy', true);
export const CLUSTER_POLICIES = policy('clusterpropagationpolicies', 'ClusterPropagationPolicy', false);
export const OVERRIDES = policy('overridepolicies', 'OverridePolicy', true);
export const CLUSTER_OVERRIDES = policy('clusteroverridepolicies', 'ClusterOverridePolicy', false);

export { BINDINGS, CLUSTER_BINDINGS };

/** @param namespace of the template, if it is in one */
export function bindingType(namespace: string | undefined): ResourceType {
  return namespace === undefined ? CLUSTER_BINDINGS : BINDINGS;
}
