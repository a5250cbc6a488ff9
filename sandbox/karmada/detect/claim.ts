/** The mark that a policy leaves on what it has claimed. Pure. */
import type { KubeObject } from '#objects/index.ts';
import { CLAIM_ID, CLAIM_NAME, CLAIM_NAMESPACE } from '../names.ts';
import type { PropagationPolicy } from '../types.ts';

export interface Claim {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export function claimOf({ metadata: { namespace = '', name, uid = '' } }: PropagationPolicy): Claim {
  return {
    labels: { [CLAIM_ID]: uid },
    annotations: { [CLAIM_NAMESPACE]: namespace, [CLAIM_NAME]: name },
  };
}

export function isClaimed({ metadata: { labels, annotations } }: KubeObject): boolean {
  return labels?.[CLAIM_ID] !== undefined || annotations?.[CLAIM_NAME] !== undefined;
}

export function hasClaim({ metadata: { labels, annotations } }: KubeObject, claim: Claim): boolean {
  return holds(labels, claim.labels) && holds(annotations, claim.annotations);
}

/** As a merge patch of metadata; null takes away. */
export function claimPatch(claim: Claim | undefined) {
  if (claim) return { metadata: claim };
  return {
    metadata: { labels: { [CLAIM_ID]: null }, annotations: { [CLAIM_NAMESPACE]: null, [CLAIM_NAME]: null } },
  };
}

function holds(given: Readonly<Record<string, string>> = {}, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, value]) => given[key] === value);
}
