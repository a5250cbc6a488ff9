/** What roles and bindings must say beyond their schemas. */
import { deepEqual, isObject, type Json, type JsonObject, type Problem } from '#objects/index.ts';
import { type Binding, type PolicyRule, RBAC_GROUP, type Role, type Subject } from './policy.ts';

export function checkRole(role: JsonObject, isNamespaced: boolean): readonly Problem[] {
  const { rules, aggregationRule } = role as unknown as Role;
  const problems = (rules ?? []).flatMap((rule, i) => checkRule(rule, isNamespaced, `rules[${i}]`));
  if (aggregationRule && !aggregationRule.clusterRoleSelectors?.length) {
    const why = 'at least one clusterRoleSelector required if aggregationRule is non-nil';
    problems.push(required('aggregationRule.clusterRoleSelectors', why));
  }
  return problems;
}

function checkRule(rule: PolicyRule, isNamespaced: boolean, path: string): Problem[] {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const problems: Problem[] = [];
  if (verbs.length === 0) problems.push(required(`${path}.verbs`, 'verbs must contain at least one value'));
  if (nonResourceURLs.length > 0) {
    const refuse = (why: string) => problems.push(bad(`${path}.nonResourceURLs`, nonResourceURLs, why));
    if (isNamespaced) refuse('namespaced rules cannot apply to non-resource URLs');
    if (apiGroups.length + resources.length + resourceNames.length > 0)
      refuse('rules cannot apply to both regular resources and non-resource URLs');
    return problems;
  }
  if (apiGroups.length === 0)
    problems.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
  if (resources.length === 0)
    problems.push(required(`${path}.resources`, 'resource rules must supply at least one resource'));
  return problems;
}

export function checkBinding(binding: JsonObject, before: JsonObject | undefined, isNamespaced: boolean): Problem[] {
  const { roleRef, subjects = [] } = binding as unknown as Binding;
  const kinds = isNamespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  const problems = subjects.flatMap((subject, i) => checkSubject(subject, isNamespaced, `subjects[${i}]`));
  if (roleRef.apiGroup !== RBAC_GROUP) problems.push(unsupported('roleRef.apiGroup', roleRef.apiGroup, [RBAC_GROUP]));
  if (!kinds.includes(roleRef.kind)) problems.push(unsupported('roleRef.kind', roleRef.kind, kinds));
  if (!roleRef.name) problems.push(required('roleRef.name', ''));
  else if (/[/%]/.test(roleRef.name)) problems.push(bad('roleRef.name', roleRef.name, `may not contain '/' or '%'`));
  if (before && !deepEqual(before.roleRef, binding.roleRef))
    problems.push(bad('roleRef', binding.roleRef, 'cannot change roleRef'));
  return problems;
}

const SUBJECTS = ['ServiceAccount', 'User', 'Group'];

function checkSubject(
  { kind, name, namespace, apiGroup = '' }: Subject,
  isNamespaced: boolean,
  path: string,
): Problem[] {
  if (!SUBJECTS.includes(kind)) return [unsupported(`${path}.kind`, kind, SUBJECTS)];
  const problems = name ? [] : [required(`${path}.name`, '')];
  const group = kind === 'ServiceAccount' ? '' : RBAC_GROUP;
  if (apiGroup !== group) problems.push(unsupported(`${path}.apiGroup`, apiGroup, [group]));
  if (kind === 'ServiceAccount' && !isNamespaced && !namespace) problems.push(required(`${path}.namespace`, ''));
  return problems;
}

/** Users and groups are of this API group unless they say otherwise. */
export function withSubjectGroups(binding: JsonObject): JsonObject {
  if (!Array.isArray(binding.subjects)) return binding;
  const subjects = binding.subjects.map((subject: Json) =>
    isObject(subject) && (subject.kind === 'User' || subject.kind === 'Group') && !subject.apiGroup
      ? { ...subject, apiGroup: RBAC_GROUP }
      : subject,
  );
  return { ...binding, subjects };
}

function required(path: string, why: string): Problem {
  return { path, reason: 'FieldValueRequired', message: why ? `Required value: ${why}` : 'Required value' };
}

function bad(path: string, value: unknown, why: string): Problem {
  return { path, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}` };
}

function unsupported(path: string, value: string, known: readonly string[]): Problem {
  const supported = known.map((one) => JSON.stringify(one)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}`;
  return { path, reason: 'FieldValueNotSupported', message };
}
