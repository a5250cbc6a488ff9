/** The mark that a policy leaves on what it has claimed. Pure. */
import type { KubeObject } from '#objects/index.ts';
import { CLAIM_ID, CLAIM_NAME, CLAIM_NAMESPACE, CLUSTER_CLAIM_ID, CLUSTER_CLAIM_NAME } from '../names.ts';
import type { PropagationPolicy } from '../types.ts';

export interface Claim {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const LABELS = [CLAIM_ID, CLUSTER_CLAIM_ID];
const ANNOTATIONS = [CLAIM_NAMESPACE, CLAIM_NAME, CLUSTER_CLAIM_NAME];

export function claimOf({ metadata: { namespace, name, uid = '' } }: PropagationPolicy): Claim {
  if (namespace === undefined)
    return { labels: { [CLUSTER_CLAIM_ID]: uid }, annotations: { [CLUSTER_CLAIM_NAME]: name } };
  return {
    labels: { [CLAIM_ID]: uid },
    annotations: { [CLAIM_NAMESPACE]: namespace, [CLAIM_NAME]: name },
  };
}

export function isClaimed({ metadata: { labels = {}, annotations = {} } }: KubeObject): boolean {
  return LABELS.some((key) => labels[key] !== undefined) || ANNOTATIONS.some((key) => annotations[key] !== undefined);
}

/** This one, and no other. */
export function hasClaim({ metadata: { labels, annotations } }: KubeObject, claim: Claim): boolean {
  return holds(labels, claim.labels, LABELS) && holds(annotations, claim.annotations, ANNOTATIONS);
}

/** As a merge patch of metadata; null takes away. */
export function claimPatch(claim: Claim | undefined) {
  const nothing = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, null]));
  const labels = { ...nothing(LABELS), ...claim?.labels };
  return { metadata: { labels, annotations: { ...nothing(ANNOTATIONS), ...claim?.annotations } } };
}

/** What else there is, and this claim in place of any other. */
export function withClaim({ labels, annotations }: Partial<KubeObject['metadata']>, claim: Claim): Claim {
  return {
    labels: { ...without(labels, LABELS), ...claim.labels },
    annotations: { ...without(annotations, ANNOTATIONS), ...claim.annotations },
  };
}

function holds(
  given: Readonly<Record<string, string>> = {},
  wanted: Readonly<Record<string, string>>,
  keys: readonly string[],
): boolean {
  return keys.every((key) => given[key] === wanted[key]);
}

function without(given: Readonly<Record<string, string>> = {}, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(given).filter(([key]) => !keys.includes(key)));
}
