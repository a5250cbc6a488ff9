/** Which policy speaks for a template. Pure. */
import { labelRequirements, matchesLabels } from '#objects/index.ts';
import { CLAIM_NAME, CLAIM_NAMESPACE } from '../names.ts';
import type { AnyObject, PropagationPolicy, ResourceSelector } from '../types.ts';

/** How exactly a selector means a template; 0: not at all. A name beats a label selector, which is then not looked at. */
export function selectorRank({ apiVersion, kind, name, labelSelector }: ResourceSelector, template: AnyObject): number {
  if (apiVersion !== template.apiVersion || kind !== template.kind) return 0;
  if (name) return name === template.metadata.name ? 3 : 0;
  if (!labelSelector) return 1;
  const read = labelRequirements(labelSelector);
  return read.ok && matchesLabels(read.value, template.metadata.labels) ? 2 : 0;
}

export function policyRank(policy: PropagationPolicy, template: AnyObject): number {
  if (policy.metadata.namespace !== template.metadata.namespace || policy.metadata.deletionTimestamp) return 0;
  return Math.max(0, ...policy.spec.resourceSelectors.map((selector) => selectorRank(selector, template)));
}

/** A policy that has claimed the template keeps it while it selects it. Else: priority, exactness, name. */
export function choosePolicy(
  template: AnyObject,
  policies: readonly PropagationPolicy[],
): PropagationPolicy | undefined {
  const matching = policies
    .map((policy) => ({ policy, rank: policyRank(policy, template), priority: policy.spec.priority ?? 0 }))
    .filter(({ rank }) => rank > 0)
    .toSorted(
      (a, b) =>
        b.priority - a.priority || b.rank - a.rank || (a.policy.metadata.name < b.policy.metadata.name ? -1 : 1),
    );
  const claimed = matching.find(({ policy }) => isClaimedBy(template, policy));
  return (claimed ?? matching[0])?.policy;
}

function isClaimedBy({ metadata: { annotations = {} } }: AnyObject, { metadata }: PropagationPolicy): boolean {
  return annotations[CLAIM_NAME] === metadata.name && annotations[CLAIM_NAMESPACE] === metadata.namespace;
}
