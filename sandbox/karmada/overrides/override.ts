/** What a cluster's own rules make of an object: cluster-wide policies first, then those of its namespace. Pure. */
import { asJson, type JsonObject, keyOf } from '#objects/index.ts';
import { messageOf, SealaneError } from '#kit/index.ts';
import { selectorRank } from '../detect/choose-policy.ts';
import { matchesAffinity } from '../placement/affinity.ts';
import type { AnyObject, KarmadaCluster, OverridePolicy } from '../types.ts';
import { applyOverriders } from './apply-overriders.ts';
import { unsupportedOverride } from './unsupported-override.ts';

/** By name; nothing selected means everything. */
export function matchingOverrides(template: AnyObject, policies: readonly OverridePolicy[]): OverridePolicy[] {
  return policies
    .filter(({ metadata: { namespace } }) => namespace === undefined || namespace === template.metadata.namespace)
    .filter(({ spec: { resourceSelectors = [] } }) => {
      const selects = resourceSelectors.some((selector) => selectorRank(selector, template) > 0);
      return resourceSelectors.length === 0 || selects;
    })
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/**
 * @param policies of both kinds
 * @throws `karmada/override` naming the policy that cannot be honoured: then nothing is brought at all
 */
export function override(object: AnyObject, cluster: KarmadaCluster, policies: readonly OverridePolicy[]): AnyObject {
  const matching = matchingOverrides(object, policies);
  const clusterWide = matching.filter(({ metadata }) => metadata.namespace === undefined);
  const ordered = [...clusterWide, ...matching.filter((policy) => !clusterWide.includes(policy))];
  const made = ordered.reduce((now, policy) => applyPolicy(now, cluster, policy), asJson(object) as JsonObject);
  return made as unknown as AnyObject;
}

function applyPolicy(object: JsonObject, cluster: KarmadaCluster, policy: OverridePolicy): JsonObject {
  const [problem] = unsupportedOverride(policy.spec);
  if (problem !== undefined) throw refusal(policy, problem);
  const rules = policy.spec.overrideRules ?? [];
  const own = rules.filter(({ targetCluster }) => !targetCluster || matchesAffinity(targetCluster, cluster));
  try {
    return own.reduce((now, { overriders }) => keptIdentity(object, applyOverriders(now, overriders)), object);
  } catch (error) {
    throw refusal(policy, messageOf(error));
  }
}

/** A rule says how an object is, not which one it is. */
function keptIdentity(before: JsonObject, after: JsonObject): JsonObject {
  const identity = (object: JsonObject) => {
    const { apiVersion, kind, metadata } = object as unknown as AnyObject;
    return `${apiVersion} ${kind} ${keyOf({ metadata })}`;
  };
  if (identity(before) === identity(after)) return after;
  throw new Error(`makes ${identity(after)} of ${identity(before)}`);
}

function refusal({ kind, metadata: { namespace, name } }: OverridePolicy, why: string): SealaneError {
  const subject = namespace === undefined ? name : `${namespace}/${name}`;
  return new SealaneError('karmada/override', `apply ${kind} ${subject}: ${why}`);
}
