/**
 * Which families a Service has: filled in and held against the cluster's as upstream does it (KEP-563; pkg/registry/core/service
 * of Kubernetes 1.32).
 */
import { type Family, familyOfText } from '#kit/index.ts';
import { isObject, type Json, type JsonObject, type Problem, textOf } from '#objects/index.ts';
import { immutable, invalid } from './service-parts.ts';

const BOTH: readonly Family[] = ['IPv4', 'IPv6'];
const SINGLE = 'SingleStack';
const REQUIRE = 'RequireDualStack';

export interface Families {
  readonly ipFamilies: readonly Family[];
  readonly ipFamilyPolicy: string;
}

/**
 * What is not said comes from the addresses asked for, from the Service as it was, or from the cluster, in this order.
 * @param families of the cluster, its own first
 */
export function withFamilies(
  spec: JsonObject,
  before: JsonObject | undefined,
  families: readonly Family[],
): JsonObject {
  const old = before?.type === 'ExternalName' ? undefined : before;
  const ipFamilyPolicy = spec.ipFamilyPolicy ?? old?.ipFamilyPolicy ?? policyOf(spec);
  const asked = listOf(spec.ipFamilies) ?? familiesAsked(spec) ?? listOf(old?.ipFamilies) ?? families.slice(0, 1);
  if (ipFamilyPolicy === SINGLE && old?.ipFamilyPolicy !== SINGLE && old)
    return { ...spec, ipFamilyPolicy, ipFamilies: asked.slice(0, 1) };
  const known = isSelectorless(spec) ? BOTH : families;
  if (old?.ipFamilyPolicy === ipFamilyPolicy && sameList(asked, old.ipFamilies))
    return { ...spec, ipFamilyPolicy, ipFamilies: [...asked] }; // a cluster that got a second family changes no Service
  const second = ipFamilyPolicy === SINGLE || asked.length > 1 ? [] : known.filter((one) => !asked.includes(one));
  return { ...spec, ipFamilyPolicy, ipFamilies: [...asked, ...second] };
}

function policyOf(spec: JsonObject): string {
  const says = Math.max(listOf(spec.ipFamilies)?.length ?? 0, listOf(spec.clusterIPs)?.length ?? 0);
  return says > 1 || isSelectorless(spec) ? REQUIRE : SINGLE;
}

/** Headless, with endpoints that somebody else writes: they may have any family, whatever the cluster has. */
function isSelectorless({ clusterIP, clusterIPs, selector }: JsonObject): boolean {
  const isHeadless = clusterIP === 'None' || listOf(clusterIPs)?.[0] === 'None';
  return isHeadless && !(isObject(selector) && Object.keys(selector).length > 0);
}

function familiesAsked({ clusterIP, clusterIPs }: JsonObject): readonly Json[] | undefined {
  const addresses = listOf(clusterIPs) ?? (clusterIP ? [clusterIP] : []);
  const found = addresses.flatMap((one) => familyOfText(textOf(one)) ?? []);
  return found.length > 0 ? found : undefined;
}

function sameList(a: readonly Json[], b: Json | undefined): boolean {
  return Array.isArray(b) && a.length === b.length && a.every((one, i) => one === b[i]);
}

function listOf(value: Json | undefined): readonly Json[] | undefined {
  return Array.isArray(value) && value.length > 0 ? value : undefined;
}

export function checkFamilies(
  spec: JsonObject,
  before: JsonObject | undefined,
  families: readonly Family[],
): Problem[] {
  const asked = listOf(spec.ipFamilies) ?? [];
  const known = isSelectorless(spec) ? BOTH : families;
  return [
    ...asked.flatMap((family, i) =>
      known.includes(family as Family)
        ? []
        : [invalid(`spec.ipFamilies[${i}]`, family, 'not configured on this cluster')],
    ),
    ...(asked.length > 2 || new Set(asked).size !== asked.length
      ? [invalid('spec.ipFamilies', asked, 'may only hold up to 2 values, each once')]
      : []),
    ...(spec.ipFamilyPolicy === REQUIRE && known.length < 2
      ? [invalid('spec.ipFamilyPolicy', REQUIRE, 'this cluster is not configured for dual-stack services')]
      : []),
    ...(before && before.type !== 'ExternalName' ? checkFamilyChange(spec, before) : []),
  ];
}

/** The first family stays; a second one needs a policy for two. */
function checkFamilyChange({ ipFamilies, ipFamilyPolicy }: JsonObject, before: JsonObject): Problem[] {
  const now = listOf(ipFamilies) ?? [];
  const old = listOf(before.ipFamilies) ?? [];
  if (old[0] !== undefined && now[0] !== old[0]) return [immutable('spec.ipFamilies[0]', now[0])];
  if (now.length > old.length && ipFamilyPolicy === SINGLE) {
    const why = "must be set to 'RequireDualStack' or 'PreferDualStack' when adding a secondary ipFamily";
    return [invalid('spec.ipFamilyPolicy', SINGLE, why)];
  }
  return old[1] !== undefined && now[1] !== undefined && now[1] !== old[1]
    ? [immutable('spec.ipFamilies[1]', now[1])]
    : [];
}
