/** Which policy speaks for a template. Pure. */
import { labelRequirements, matchesLabels } from '#objects/index.ts';
import { CLAIM_NAME, CLAIM_NAMESPACE, CLUSTER_CLAIM_NAME } from '../names.ts';
import type { AnyObject, PropagationPolicy, ResourceSelector } from '../types.ts';

/** Namespaces of Kubernetes, Karmada and the sandbox itself are no policy's of the whole set. */
const RESERVED = /^(kube|karmada|sealane)-/;

function isForPolicies(namespace: string | undefined): boolean {
  return namespace === undefined || !RESERVED.test(namespace);
}

/** How exactly a selector means a template; 0: not at all. A name beats a label selector, which is then not looked at. */
export function selectorRank(selector: ResourceSelector, template: AnyObject): number {
  const { apiVersion, kind, namespace, name, labelSelector } = selector;
  if (apiVersion !== template.apiVersion || kind !== template.kind) return 0;
  if (namespace && namespace !== template.metadata.namespace) return 0;
  if (name) return name === template.metadata.name ? 3 : 0;
  if (!labelSelector) return 1;
  const read = labelRequirements(labelSelector);
  return read.ok && matchesLabels(read.value, template.metadata.labels) ? 2 : 0;
}

export function policyRank(policy: PropagationPolicy, template: AnyObject): number {
  const { namespace, deletionTimestamp } = policy.metadata;
  if (deletionTimestamp || (namespace !== undefined && namespace !== template.metadata.namespace)) return 0;
  if (namespace === undefined && !isForPolicies(template.metadata.namespace)) return 0;
  return Math.max(0, ...policy.spec.resourceSelectors.map((selector) => selectorRank(selector, template)));
}

/** A policy that has claimed the template keeps it while it selects it. Else: one of its namespace; priority, exactness, name. */
export function choosePolicy(
  template: AnyObject,
  policies: readonly PropagationPolicy[],
): PropagationPolicy | undefined {
  const matching = policies
    .map((policy) => ({ policy, rank: policyRank(policy, template), priority: policy.spec.priority ?? 0 }))
    .filter(({ rank }) => rank > 0)
    .toSorted(
      (a, b) =>
        Number(isClusterWide(a.policy)) - Number(isClusterWide(b.policy)) ||
        b.priority - a.priority ||
        b.rank - a.rank ||
        (a.policy.metadata.name < b.policy.metadata.name ? -1 : 1),
    );
  const claimed = matching.find(({ policy }) => isClaimedBy(template, policy));
  return (claimed ?? matching[0])?.policy;
}

function isClusterWide({ metadata }: PropagationPolicy): boolean {
  return metadata.namespace === undefined;
}

function isClaimedBy({ metadata: { annotations = {} } }: AnyObject, { metadata }: PropagationPolicy): boolean {
  if (metadata.namespace === undefined) return annotations[CLUSTER_CLAIM_NAME] === metadata.name;
  return annotations[CLAIM_NAME] === metadata.name && annotations[CLAIM_NAMESPACE] === metadata.namespace;
}
