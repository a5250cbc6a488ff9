/** Whether rights contain other rights: nobody may give away what he has not. */
import type { PolicyRule } from './policy.ts';
import { hasOrAll, pathMatches } from './rule-allows.ts';

/** The parts of `wanted` that `held` does not contain, one verb and one resource each; empty when it contains all. */
export function missingRules(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(singleRules).filter((single) => !held.some((rule) => covers(rule, single)));
}

function singleRules({
  verbs = [],
  apiGroups = [],
  resources = [],
  resourceNames = [],
  nonResourceURLs = [],
}: PolicyRule) {
  const singles: PolicyRule[] = [];
  for (const group of apiGroups)
    for (const resource of resources)
      for (const verb of verbs) {
        const single = { apiGroups: [group], resources: [resource], verbs: [verb] };
        if (resourceNames.length === 0) singles.push(single);
        for (const name of resourceNames) singles.push({ ...single, resourceNames: [name] });
      }
  for (const url of nonResourceURLs) for (const verb of verbs) singles.push({ nonResourceURLs: [url], verbs: [verb] });
  return singles;
}

function covers(held: PolicyRule, { verbs = [], apiGroups = [], resources = [], ...single }: PolicyRule): boolean {
  const { resourceNames: names = [] } = held;
  const { resourceNames = [], nonResourceURLs = [] } = single;
  return (
    verbs.every((verb) => hasOrAll(held.verbs ?? [], verb)) &&
    apiGroups.every((group) => hasOrAll(held.apiGroups ?? [], group)) &&
    resources.every((resource) => coversResource(held.resources ?? [], resource)) &&
    nonResourceURLs.every((url) => (held.nonResourceURLs ?? []).some((pattern) => pathMatches(pattern, url))) &&
    (names.length === 0 || (resourceNames.length > 0 && resourceNames.every((name) => names.includes(name))))
  );
}

function coversResource(held: readonly string[], resource: string): boolean {
  if (hasOrAll(held, resource)) return true;
  const at = resource.indexOf('/');
  return at >= 0 && held.includes(`*/${resource.slice(at + 1)}`);
}

/** As an error names rules: `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`, verbs of the same thing together. */
export function describeRules(rules: readonly PolicyRule[]): string {
  const verbsOf = new Map<string, string[]>();
  for (const rule of rules) {
    const what = describeSubject(rule);
    verbsOf.set(what, [...(verbsOf.get(what) ?? []), ...(rule.verbs ?? [])]);
  }
  return [...verbsOf]
    .map(([what, verbs]) => `{${what}, ${part('Verbs', verbs)}}`)
    .toSorted()
    .join('\n');
}

function describeSubject({ apiGroups, resources, nonResourceURLs, resourceNames }: PolicyRule): string {
  const parts = [
    part('APIGroups', apiGroups),
    part('Resources', resources),
    part('NonResourceURLs', nonResourceURLs),
    part('ResourceNames', resourceNames),
  ];
  return parts.filter(Boolean).join(', ');
}

function part(name: string, values: readonly string[] = []): string {
  return values.length > 0 ? `${name}:[${values.map((value) => JSON.stringify(value)).join(' ')}]` : '';
}
