import { type Attributes, isPath } from './attributes.ts';
import type { PolicyRule } from './policy.ts';

const ALL = '*';

/** Whether one rule allows what is asked for. Rules only ever add: there is none that forbids. */
export function ruleAllows(rule: PolicyRule, attributes: Attributes): boolean {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  if (!hasOrAll(verbs, attributes.verb)) return false;
  if (isPath(attributes)) return nonResourceURLs.some((pattern) => pathMatches(pattern, attributes.path));
  const { group, plural, subresource, name = '' } = attributes;
  const isNamed = resourceNames.length === 0 || resourceNames.includes(name);
  return isNamed && hasOrAll(apiGroups, group) && resourceMatches(resources, plural, subresource);
}

/** `/apis/*` covers all below it, `*` everything. */
export function pathMatches(pattern: string, path: string): boolean {
  if (pattern === ALL || pattern === path) return true;
  return pattern.endsWith(ALL) && path.startsWith(pattern.replace(/\*+$/, ''));
}

export function hasOrAll(list: readonly string[], wanted: string): boolean {
  return list.includes(ALL) || list.includes(wanted);
}

function resourceMatches(resources: readonly string[], plural: string, subresource: string | undefined): boolean {
  if (!subresource) return hasOrAll(resources, plural);
  return hasOrAll(resources, `${plural}/${subresource}`) || resources.includes(`${ALL}/${subresource}`);
}
